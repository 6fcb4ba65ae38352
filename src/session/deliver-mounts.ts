import { setTimeout as sleep } from 'node:timers/promises'
import { attach } from '../cluster/container-streams.ts'
import { RunError } from '../errors/run-error.ts'
import { archiveOf } from '../mounts/archive.ts'
import type { Tree } from '../mounts/tree.ts'
import { RECEIVER_CONTAINER } from '../plan/pod-plan.ts'
import { RECEIVER_FAILURES } from '../plan/receiver-script.ts'
import type { Channels, Source, StreamEnd } from '../streams/channels.ts'
import { type Attached, dial, isFalseOpen, newDialBudget } from './dial.ts'
import type { Nudge } from './exit-code.ts'
import { feedByClosing } from './feed-by-closing.ts'
import { LastWords } from './last-words.ts'
import type { PodObserver } from './pod-observer.ts'
import type { Target } from './target.ts'

interface Delivery {
  readonly target: Target
  /** Of the receiver's container. */
  readonly observer: PodObserver
  readonly nudge: Nudge
}

/** A connection on which nothing moves is broken, whatever it says. */
const STALL_MS = 30_000
/** The receiver may still say why a stream broke. */
const BETTER_REASON_MS = 1_500

/**
 * Feeds the trees to the Pod's receiver. Resolves when kubelet says that it ended with 0: then, and only then, the
 * function is started, with everything that was sent. Throws MOUNT_FAILED, or what was wrong with the files.
 */
export async function deliver(trees: readonly Tree[], delivery: Delivery): Promise<void> {
  const { target, observer, nudge } = delivery
  const words = new LastWords()
  const budget = newDialBudget()
  const sinks = { stdout: () => undefined, stderr: (data: Buffer) => words.hear(data) }
  const dialling = { target, observer, nudge, sinks, budget, connect: attach, container: RECEIVER_CONTAINER }
  for (;;) {
    const attached = await dial(dialling)
    if (!attached) break
    target.trace.enter('sending the mounted files')
    const end = await send({ read: () => archiveOf(trees) }, { ...delivery, attached })
    if (isFalseOpen(end) && attached.channels.received === 0) continue
    void nudge(target.signal)
    if (end.status?.kind !== 'success') await soon(observer, end)
    break
  }
  const exit = await observer.until((verdict) => (verdict.kind === 'exited' ? verdict : undefined))
  if (exit.code !== 0) throw failure(exit, words.text())
}

/** All of the archive, up to the end of the connection, which comes sooner when the receiver wants no more. */
async function send(
  archive: Source,
  { target, observer, attached }: Delivery & { attached: Attached },
): Promise<StreamEnd> {
  const { channels } = attached
  const isV4 = channels.protocol.startsWith('v4')
  const fed = isV4
    ? feedByClosing(target, { container: RECEIVER_CONTAINER, stdin: archive, reader: channels })
    : channels.feed(archive)
  const broken = new Promise<never>((_resolve, reject) => {
    fed.catch(reject)
    target.signal.addEventListener('abort', () => reject(target.signal.reason as Error), { once: true })
  })
  const lost = observer.until<never>(() => undefined)
  const stop = new AbortController()
  try {
    return await Promise.race([channels.ended, broken, lost, stalled(channels, { fed, signal: stop.signal })])
  } finally {
    stop.abort()
    channels.terminate()
  }
}

/** Rejects when nothing has been taken off our hands for too long. */
async function stalled(
  channels: Channels,
  { fed, signal }: { fed: Promise<unknown>; signal: AbortSignal },
): Promise<never> {
  let isFed = false
  fed.then(
    () => (isFed = true),
    () => undefined,
  )
  for (let before = -1; isFed || channels.sent !== before; ) {
    before = channels.sent
    await sleep(STALL_MS, undefined, { ref: false, signal })
  }
  throw new RunError('MOUNT_FAILED', { problem: `nothing was taken for ${STALL_MS / 1000} s`, cut: true })
}

/** Only a receiver that has ended can say more of a broken stream than the stream does. */
async function soon(observer: PodObserver, { status, closeCode }: StreamEnd): Promise<void> {
  const end = performance.now() + BETTER_REASON_MS
  while (observer.verdict.kind === 'running' || observer.verdict.kind === 'waiting') {
    if (performance.now() > end) {
      const why = status && status.kind !== 'success' ? status.message : `it closed with code ${closeCode}`
      throw new RunError('MOUNT_FAILED', { problem: `the stream to it was cut: ${why}`, cut: true })
    }
    await observer.change(50)
  }
}

function failure({ code, reason }: { code: number; reason: string }, words: string): RunError {
  const said = words === '' ? '' : `: ${words}`
  const meaning = RECEIVER_FAILURES.get(code)
  if (meaning) return new RunError('MOUNT_FAILED', { problem: `${meaning}${said}`, cut: code !== 10 })
  return new RunError('MOUNT_FAILED', { problem: `the receiver ended with ${code} (${reason})${said}` })
}
