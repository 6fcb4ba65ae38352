import type { Flag } from './flag.ts'
import { isOn, lastValue } from './flag-values.ts'
import { RUN_FLAGS } from './flags.ts'
import type { ParsedArgv } from './parsed-argv.ts'

/** What `krmpod run` knows beyond `docker run`. Never taken from a caller that believes it runs docker. */
export const OWN_FLAGS: readonly Flag[] = [
  { name: 'namespace', short: 'n', takes: 'value', does: 'map', help: 'Namespace to run in' },
  { name: 'context', takes: 'value', does: 'map', help: 'Context of the kubeconfig to use' },
  { name: 'deadline', takes: 'value', does: 'map', help: 'Time limit of the whole run, such as 90s or 10m' },
  {
    name: 'cache-max-bytes',
    takes: 'value',
    does: 'map',
    help: 'Keep results on disk, up to this size, or off',
  },
  { name: 'dry-run', takes: 'bool', does: 'map', help: 'Print the plan as YAML, secrets hidden, and stop' },
  { name: 'keep', takes: 'bool', does: 'map', help: 'Leave the Pod in place at the end' },
  { name: 'timings', takes: 'bool', does: 'map', help: 'Print how long each phase took' },
]

export const KRMPOD_RUN_FLAGS: readonly Flag[] = [...RUN_FLAGS, ...OWN_FLAGS]

/** As written: the settings check the values, together with those from the environment and files. */
export interface OwnFlags {
  readonly namespace?: string
  readonly context?: string
  readonly deadline?: string
  readonly cacheMaxBytes?: string
  readonly dryRun: boolean
  readonly keep: boolean
  readonly timings: boolean
}

export function ownFlags(argv: ParsedArgv): OwnFlags {
  const namespace = lastValue(argv, 'namespace')
  const context = lastValue(argv, 'context')
  const deadline = lastValue(argv, 'deadline')
  const cacheMaxBytes = lastValue(argv, 'cache-max-bytes')
  return {
    ...(namespace !== undefined && { namespace }),
    ...(context !== undefined && { context }),
    ...(deadline !== undefined && { deadline }),
    ...(cacheMaxBytes !== undefined && { cacheMaxBytes }),
    dryRun: isOn(argv, 'dry-run'),
    keep: isOn(argv, 'keep'),
    timings: isOn(argv, 'timings'),
  }
}
