import { RunError } from '../errors/run-error.ts'
import type { Trace } from '../session/trace.ts'

interface StopOptions {
  readonly deadlineMs: number
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

export function armStop({ deadlineMs, trace, interrupted }: StopOptions): Stop {
  const controller = new AbortController()
  const stop = (reason: RunError): void => controller.abort(reason)
  const timer = setTimeout(() => {
    stop(new RunError('DEADLINE', { seconds: Math.round(deadlineMs / 1000), phase: trace.describe() }))
  }, deadlineMs)
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
