import type { ParsedArgv } from '../argv/parsed-argv.ts'
import type { Settings } from '../settings/settings.ts'
import { resolveCpu } from './cpu.ts'
import { resolveMemory, resolveShm } from './memory.ts'
import type { Resources } from './run-request.ts'

/** The settings' requests and limits, with what the command line says in their place. */
export function resolveResources(argv: ParsedArgv, settings: Settings): Resources {
  const { requests, limits } = settings.resources
  const cpu = resolveCpu(argv, settings)
  const memory = resolveMemory(argv, settings)
  return {
    requests: { cpu: cpu.request, memory: memory.request, 'ephemeral-storage': requests.ephemeralStorage },
    limits: {
      ...(cpu.limit !== undefined && { cpu: cpu.limit }),
      memory: memory.limit,
      'ephemeral-storage': limits.ephemeralStorage,
    },
    ...resolveShm(argv),
  }
}
