import type { ErrorCode } from '../errors/catalogue.ts'
import { isRunError, RunError } from '../errors/run-error.ts'
import { RECEIVER_CONTAINER } from '../plan/pod-plan.ts'
import { RECEIVER_FAILURES } from '../plan/receiver-script.ts'
import type { StreamEnd } from '../streams/channels.ts'
import { dial, newDialBudget, wasFalseOpen } from './dial.ts'
import type { Nudge } from './exit-code.ts'
import { LastWords } from './last-words.ts'
import type { PodObserver } from './pod-observer.ts'
import type { Target } from './target.ts'
import { upload } from './upload.ts'
import { uploadConnect } from './upload-connect.ts'

interface Delivery {
  readonly target: Target
  /** Can be read again where nobody has taken anything of it. */
  readonly archive: { read(): Iterable<Buffer> }
  /** Of the receiver's container. */
  readonly observer: PodObserver
  readonly nudge: Nudge
}

/** The receiver may still say why a stream broke. */
const BETTER_REASON_MS = 1_500

/**
 * Feeds the archive to the Pod's receiver. Resolves when kubelet says that it ended with 0: then, and only then, the
 * function is started, with everything that was sent. Throws MOUNT_FAILED, or what was wrong with the files.
 */
export async function deliver({ target, archive, observer, nudge }: Delivery): Promise<void> {
  const words = new LastWords()
  const budget = newDialBudget()
  const sinks = { stdout: () => undefined, stderr: (data: Buffer) => words.hear(data) }
  const connect = uploadConnect(target, budget)
  const dialling = { target, observer, nudge, sinks, budget, connect, container: RECEIVER_CONTAINER }
  for (;;) {
    const attached = await dial(dialling).catch((error: unknown) => {
      throw ofReceiver(error)
    })
    if (!attached) break
    target.trace.enter('sending the mounted files')
    const end = await upload(archive.read(), { target, observer, channels: attached.channels })
    if (wasFalseOpen(end, attached, observer)) continue
    void nudge()
    if (end.status?.kind !== 'success') await soon(observer, end)
    break
  }
  const exit = await observer.until((verdict) => (verdict.kind === 'exited' ? verdict : undefined))
  if (exit.code !== 0) throw failure(exit, words.text())
}

const CANNOT_RUN: ReadonlySet<ErrorCode> = new Set([
  'ENTRYPOINT_NOT_FOUND',
  'NOT_EXECUTABLE',
  'CANNOT_START',
  'CONTAINER_CONFIG',
] satisfies ErrorCode[])

/** That our helper cannot run must not look as if the function could not. */
function ofReceiver(error: unknown): unknown {
  if (!isRunError(error) || !CANNOT_RUN.has(error.code)) return error
  const problem = `helper.image cannot run the receiver: ${error.message}`
  return new RunError('MOUNT_FAILED', { problem }, { cause: error })
}

/** Only a receiver that has ended can say more of a broken stream than the stream does. */
async function soon(observer: PodObserver, { status, closeCode }: StreamEnd): Promise<void> {
  await observer.endWithin(BETTER_REASON_MS)
  if (observer.isFinal) return
  const why = status && status.kind !== 'success' ? status.message : `it closed with code ${closeCode}`
  throw new RunError('MOUNT_FAILED', { problem: `the stream to it was cut: ${why}`, cut: true })
}

function failure({ code, reason }: { code: number; reason: string }, words: string): RunError {
  const said = words === '' ? '' : `: ${words}`
  const meaning = RECEIVER_FAILURES.get(code)
  if (meaning) return new RunError('MOUNT_FAILED', { problem: `${meaning}${said}`, cut: code !== 10 })
  return new RunError('MOUNT_FAILED', { problem: `the receiver ended with ${code} (${reason})${said}` })
}
