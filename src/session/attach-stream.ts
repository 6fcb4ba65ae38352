import { setTimeout as sleep } from 'node:timers/promises'
import { attach } from '../cluster/container-streams.ts'
import { elapsedMs } from '../cluster/elapsed.ts'
import { RunError } from '../errors/run-error.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'
import type { Channels, Sinks, StreamEnd } from '../streams/channels.ts'
import type { Spool } from '../streams/spool.ts'
import { type Attached, dial, newDialBudget, wasFalseOpen } from './dial.ts'
import type { Nudge } from './exit-code.ts'
import { feedByClosing } from './feed-by-closing.ts'
import type { PodObserver } from './pod-observer.ts'
import { silentAfterExit } from './silence.ts'
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
/** For a dial that is given up to notice. */
const ABORT_MS = 100
/** A container that is known to run is attached to, or it has ended. */
const ALREADY_RUNS_MS = 0

/** Attaches, again if the server only seemed to have, and stays until the stream has ended with its status. */
export async function streamByAttach(streaming: Streaming): Promise<StdinFate> {
  const { target, observer } = streaming
  const budget = newDialBudget(target.parked && ALREADY_RUNS_MS)
  const orUnknown = (fate: StdinFate): StdinFate =>
    budget.mayHaveAttached && !isNothing(streaming.stdin) ? 'unknown' : fate
  for (;;) {
    const attached = await dial({ ...streaming, budget, connect: attach })
    // It has waited for so long that it may have ended because nobody came.
    if (!attached && target.parked) throw endedParked(target)
    if (!attached) return orUnknown('unread')
    target.trace.enter('running')
    const { channels } = attached
    const sent = sendStdin(attached, streaming)
    const end = await Promise.race([channels.ended, podLost(observer), silence(channels, observer)])
    target.signal.throwIfAborted()
    const isUnheard = channels.received === 0 && !end.status
    if (wasFalseOpen(end, attached, observer) || (isUnheard && (await hasEnded(streaming)))) {
      // In every case: two connections must never feed one stdin.
      const mayHaveFed = await sent.giveUp()
      // Without a word from the server, the function may have got some of it, and then an end.
      budget.mayHaveAttached ||= mayHaveFed || !end.status
      continue
    }
    if (end.status?.kind !== 'success') throw await whyCut(end, observer)
    return orUnknown(await sent.fate())
  }
}

function endedParked(target: Target): RunError {
  return new RunError('PARKED_POD_LOST', { pod: podOf(target).name, problem: 'its function has ended' })
}

/** A container that ends while it is being attached to may reset the connection instead of ending its stream. */
async function hasEnded({ observer, nudge }: Streaming): Promise<boolean> {
  void nudge()
  return (await observer.endWithin(BETTER_REASON_MS)).kind === 'exited'
}

/** Rejects once the Pod is lost: a node that is gone does not close its connections. */
function podLost(observer: PodObserver): Promise<never> {
  return observer.until<never>(() => undefined)
}

/** Rejects when nothing comes any more from a container that has ended, not even the end of its stream. */
async function silence(channels: Channels, observer: PodObserver): Promise<never> {
  await silentAfterExit(channels, observer)
  throw new RunError('STREAM_CUT', { problem: 'the container has ended, but its stream has not' })
}

interface Sent {
  /** Asked after the stream's end. */
  readonly fate: () => Promise<StdinFate>
  /** Nothing more is sent for this stream. Whether the function may have got any of it by a connection of its own. */
  readonly giveUp: () => Promise<boolean>
}

/** Starts to feed stdin. */
function sendStdin({ channels, direct }: Attached, { target, stdin }: Streaming): Sent {
  if (channels.hasHalfClose) {
    channels.feed(stdin).catch((error: unknown) => target.stop(stdinBroke(error)))
    const fate = (): Promise<StdinFate> => Promise.resolve(fateOf({ channels, direct, stdin }))
    return { fate, giveUp: () => Promise.resolve(false) }
  }
  const givenUp = new AbortController()
  const fed = feedByClosing(target, {
    container: FUNCTION_CONTAINER,
    stdin,
    reader: channels,
    signal: AbortSignal.any([target.signal, givenUp.signal]),
  }).catch((): StdinFate => {
    channels.terminate() // nobody will give the function its stdin any more
    return 'unknown'
  })
  return {
    fate: async () => {
      const fate = await Promise.race([fed, sleep<StdinFate>(V4_CLOSE_MS, 'unknown', { ref: false })])
      return isNothing(stdin) ? 'confirmed' : fate
    },
    giveUp: async () => {
      givenUp.abort()
      // One that was open may still wait for more of stdin.
      const fate = await Promise.race([fed, sleep<StdinFate>(ABORT_MS, 'unknown', { ref: false })])
      return fate !== 'unread'
    },
  }
}

function stdinBroke(error: unknown): RunError {
  const problem = `stdin cannot be read: ${(error as Error).message}`
  return new RunError('STREAM_CUT', { problem }, { cause: error })
}

/**
 * A status frame that the node itself sent tells that no connection was cut on the way. An API server that takes all of
 * stdin and then loses the node says `Success`, too, and the function goes on with what it has: only output that came by
 * the stream since then shows that the node was still there.
 */
function fateOf({ channels, direct, stdin }: Attached & { stdin: Spool }): StdinFate {
  return direct || isNothing(stdin) || channels.hasReplied ? 'confirmed' : 'unknown'
}

/** Nothing of it can be missing. */
function isNothing(stdin: Spool): boolean {
  return stdin.ended && stdin.bytes === 0
}

/** Why the stream broke: the Pod's own trouble, if it shows, is the better reason. */
async function whyCut({ status, closeCode }: StreamEnd, observer: PodObserver): Promise<RunError> {
  const end = elapsedMs() + BETTER_REASON_MS
  while (observer.verdict.kind !== 'failed' && elapsedMs() < end) await observer.change(50)
  if (observer.verdict.kind === 'failed') return observer.verdict.error
  const problem =
    status && status.kind !== 'success' ? status.message : `it closed with code ${closeCode} and no status`
  return new RunError('STREAM_CUT', { problem })
}
