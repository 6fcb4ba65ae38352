import { join } from 'node:path'
import type { ApiClient } from '../cluster/api-client.ts'
import type { Settings } from '../settings/settings.ts'
import { userCacheDir } from '../settings/user-dirs.ts'
import { homeDirectory } from './home-directory.ts'

interface Beside {
  readonly api: ApiClient
  readonly namespace: string
  readonly sweep: Settings['sweep']
  /** What is left for the run. */
  readonly deadlineMs: number
  /** Aborted at the run's end. */
  readonly signal: AbortSignal
}

/** A run with less than that has no time for anybody else. */
const LEAST_DEADLINE_MS = 30_000
/** After the Pod was asked for: the run itself waits then, for the scheduler and the node. */
const LATER_MS = 20

/** Beside a run that has asked for its Pod, removes what dead runs left; loaded only then, and never waited for. */
export function sweepBeside({ api, namespace, sweep, deadlineMs, signal }: Beside): void {
  if (sweep === 'off' || deadlineMs < LEAST_DEADLINE_MS) return
  const start = async (): Promise<void> => {
    const { sweepInPassing } = await import('../gc/sweep-in-passing.ts')
    const cache = userCacheDir({ env: process.env, home: homeDirectory() })
    await sweepInPassing({
      api,
      namespace,
      dir: cache === undefined ? undefined : join(cache, 'gc'),
      now: () => new Date(),
      random: Math.random,
      signal,
    })
  }
  setTimeout(() => {
    if (!signal.aborted) start().catch(() => undefined)
  }, LATER_MS).unref()
}
