import { RunError } from '../errors/run-error.ts'
import { callerPid } from './caller-pid.ts'
import { stdoutReaderWatch } from './stdout-reader.ts'

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const
const POLL_MS = 500

export interface Interruptions {
  /** Aborted with a RunError as soon as nobody wants the run's result any more. */
  readonly signal: AbortSignal
  readonly close: () => void
}

/**
 * Callers that are killed do not signal their `docker` (contract §1.6): its stdout just loses its reader and it gets
 * a new parent. So both are looked at, besides the signals that do arrive.
 */
export function watchCaller(): Interruptions {
  const controller = new AbortController()
  const stop = (by: string, exit?: number): void => {
    controller.abort(new RunError('INTERRUPTED', { by }, exit === undefined ? {} : { exit }))
  }
  for (const [name, number] of Object.entries(SIGNALS)) process.on(name, () => stop(name, 128 + number))
  process.stdout.on('error', (error: Error) => stop(`stdout cannot be written: ${error.message}`))
  // Nobody reads what we say: that alone is no reason to end a run.
  process.stderr.on('error', () => undefined)
  const caller = callerPid(process)
  const stdoutHasNoReader = stdoutReaderWatch()
  const isOrphan = (): boolean => process.ppid !== caller
  const orphaned = (): void => stop('the calling process is gone')
  // Before anything is made: it may have gone while Node started.
  if (isOrphan()) orphaned()
  const poll = setInterval(() => {
    if (isOrphan()) orphaned()
    else if (stdoutHasNoReader()) stop('nobody reads stdout any more')
  }, POLL_MS).unref()
  return { signal: controller.signal, close: () => clearInterval(poll) }
}
