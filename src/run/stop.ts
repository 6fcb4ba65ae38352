import { RunError } from '../errors/run-error.ts'
import type { Trace } from '../session/trace.ts'

interface StopOptions {
  /** From the run's start, like the trace. */
  readonly deadlineMs: number
  readonly deadlineName: string
  readonly trace: Trace
  readonly interrupted: AbortSignal
}

/** The one switch that ends a run early. The first reason wins and is kept. */
export interface Stop {
  readonly signal: AbortSignal
  readonly stop: (reason: RunError) => void
  /** No reason any more: the run has ended by itself. */
  readonly disarm: () => void
}

export function armStop({ deadlineMs, deadlineName, trace, interrupted }: StopOptions): Stop {
  const controller = new AbortController()
  const stop = (reason: RunError): void => controller.abort(reason)
  const expire = (): void => stop(new RunError('DEADLINE', { limit: deadlineName, spent: trace.describe() }))
  const leftMs = deadlineMs - trace.elapsedMs()
  // The caller's time may be up before anything was made.
  if (leftMs <= 0) expire()
  const timer = setTimeout(expire, leftMs)
  const interrupt = (): void => controller.abort(interrupted.reason)
  if (interrupted.aborted) interrupt()
  interrupted.addEventListener('abort', interrupt, { once: true })
  return {
    signal: controller.signal,
    stop,
    disarm: () => {
      clearTimeout(timer)
      interrupted.removeEventListener('abort', interrupt)
    },
  }
}
