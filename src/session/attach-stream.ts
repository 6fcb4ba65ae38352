import { setTimeout as sleep } from 'node:timers/promises'
import { attach } from '../cluster/attach.ts'
import { RunError } from '../errors/run-error.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'
import type { Sinks, StreamEnd } from '../streams/channels.ts'
import type { Spool } from '../streams/spool.ts'
import { type Attached, dial, isFalseOpen } from './dial.ts'
import type { Nudge } from './exit-code.ts'
import type { PodObserver } from './pod-observer.ts'
import { podOf, type Target } from './target.ts'
import type { StdinFate } from './whole.ts'

interface Streaming {
  readonly target: Target
  readonly observer: PodObserver
  readonly nudge: Nudge
  readonly sinks: Sinks
  /** Kept from its start until the stream has ended, since an attempt to attach may have to be made again. */
  readonly stdin: Spool
}

/** A stream that broke because the Pod was lost: the Pod's status says so soon after. */
const BETTER_REASON_MS = 500
const V4_CLOSE_MS = 1_000

/** Attaches, again if the server only seemed to have, and stays until the stream has ended with its status. */
export async function streamByAttach(streaming: Streaming): Promise<StdinFate> {
  const { target, observer } = streaming
  const budget = { dials: 0, sawDirectRefusal: false }
  for (;;) {
    const attached = await dial({ ...streaming, budget })
    if (!attached) return 'unread'
    target.trace.enter('running')
    const confirmed = sendStdin(attached, streaming)
    const end = await attached.channels.ended
    target.signal.throwIfAborted()
    if (attached.channels.received === 0 && wasFalseOpen(end, observer)) continue
    if (end.status?.kind !== 'success') throw await whyCut(end, observer)
    return (await confirmed()) ? 'confirmed' : 'unknown'
  }
}

/** Also: closed with unread data on a false open gives 1006 and no status (k8s-streaming §1.3). */
function wasFalseOpen(end: StreamEnd, observer: PodObserver): boolean {
  return isFalseOpen(end) || (!end.status && observer.verdict.kind === 'waiting')
}

/** Starts to feed stdin; the returned question is asked after the stream's end. */
function sendStdin({ channels, direct }: Attached, { target, stdin }: Streaming): () => Promise<boolean> {
  if (!channels.protocol.startsWith('v4')) {
    channels.feed(stdin).catch(() => channels.terminate())
    // A status frame that the node itself sent is as good as a pong: no connection was cut on the way.
    return () => Promise.resolve(direct || channels.stdinConfirmed)
  }
  const confirmed = feedByClosing(target, { stdin, protocol: channels.protocol }).catch(() => false)
  return () => Promise.race([confirmed, sleep(V4_CLOSE_MS, false, { ref: false })])
}

/**
 * v4 has no half-close: a second connection carries stdin, and its end is stdin's end. It asks for stdout as well,
 * and drops it, because conmon stalls on an attach that reads nothing (cri-o#7945).
 */
async function feedByClosing(
  target: Target,
  { stdin, protocol }: { stdin: Spool; protocol: string },
): Promise<boolean> {
  const feeder = await attach(target.api, {
    ...podOf(target),
    container: FUNCTION_CONTAINER,
    protocols: [protocol],
    sinks: { stdout: () => undefined, stderr: () => undefined },
    signal: target.signal,
  })
  return feeder.feedAndClose(stdin)
}

/** Why the stream broke: the Pod's own trouble, if it shows, is the better reason. */
async function whyCut({ status, closeCode }: StreamEnd, observer: PodObserver): Promise<RunError> {
  const end = performance.now() + BETTER_REASON_MS
  while (observer.verdict.kind !== 'failed' && performance.now() < end) await observer.change(50)
  if (observer.verdict.kind === 'failed') return observer.verdict.error
  const problem =
    status && status.kind !== 'success' ? status.message : `it closed with code ${closeCode} and no status`
  return new RunError('STREAM_CUT', { problem })
}
