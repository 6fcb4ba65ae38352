import { tmpdir } from 'node:os'
import type { Recalled } from '../cache/recall.ts'
import type { RunResult } from '../result/run-result.ts'
import type { Asked, Caller } from './prepare.ts'
import { resultsFolder } from './results-folder.ts'
import { areSettingsOld } from './settings-age.ts'
import { VERSION } from './version.ts'

/** `call`: what bin/from-cache.sh named it, if nothing but words, environment and settings files says what is asked for. */
interface Named {
  readonly call?: string
}

/** The result that an earlier run has left, or that of a run in the cluster: neither loads what the other one needs. */
export async function answer(asked: Asked, { call, ...caller }: Caller & Named): Promise<RunResult> {
  const recalled = await recallFor(asked, { ...caller, ...(call && isAllThereIs(asked) && { call }) })
  if (recalled?.kind === 'hit') return recalled.result
  const { runInCluster } = await import('./run-in-cluster.ts')
  return runInCluster(asked, { ...caller, ...recalled?.host })
}

/** Undefined: nothing is kept here. */
async function recallFor(
  { request, settings }: Asked,
  caller: Caller & Named,
): Promise<Recalled | undefined> {
  const { maxBytes } = settings.cache
  const dir = resultsFolder()
  if (maxBytes === 'off' || dir === undefined) return undefined
  const { recall } = await import('../cache/recall.ts')
  return recall(request, {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    temporaryDirectory: tmpdir(),
    ...caller,
    place: { dir, maxBytes },
    version: VERSION,
    note: await noteFor(settings.log),
  })
}

/** Somebody who looks for a fault wants to be told of every hit. */
function isAllThereIs({ settings }: Asked): boolean {
  return settings.podTemplate === undefined && settings.log === 'off' && areSettingsOld()
}

async function noteFor(log: 'off' | 'debug'): Promise<(text: string) => void> {
  if (log === 'off') return () => undefined
  const { debugLog } = await import('./debug-log.ts')
  const write = await debugLog()
  return (text) => write({}, text)
}
