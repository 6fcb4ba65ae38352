import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, ConnectionError, isHopeless } from '../cluster/api-error.ts'
import { elapsedMs } from '../cluster/elapsed.ts'
import { isTransient } from './api-failure.ts'
import type { Trace } from './trace.ts'

interface Patience {
  readonly trace: Trace
  /** Aborted with the run's reason to stop, at the latest at its deadline. */
  readonly signal: AbortSignal
  /** When the first attempt began, if that was before. */
  readonly since?: number
}

const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5_000

/** Repeats `attempt` while its failures may pass by themselves, until the signal ends the run. */
export async function patiently<T>(
  attempt: (tries: number) => Promise<T>,
  { trace, signal, since = elapsedMs() }: Patience,
): Promise<T> {
  let lastAnswer = since
  let pauseMs = FIRST_PAUSE_MS
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt(tries)
    } catch (error) {
      signal.throwIfAborted()
      if (!isTransient(error)) throw error
      if (error instanceof ApiError) lastAnswer = elapsedMs()
      if (error instanceof ConnectionError && isHopeless(error, elapsedMs() - lastAnswer)) throw error
      trace.waitFor((error as Error).message)
      // Never sooner than the server asks for.
      const least = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0
      await sleep(least + pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined)
      signal.throwIfAborted()
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
    }
  }
}
