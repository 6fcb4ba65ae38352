import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, ConnectionError } from '../cluster/api-error.ts'
import type { Connect } from '../cluster/container-streams.ts'
import { elapsedMs } from '../cluster/elapsed.ts'
import { RunError } from '../errors/run-error.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'
import type { Channels, Sinks, StreamEnd } from '../streams/channels.ts'
import type { Nudge } from './exit-code.ts'
import type { PodObserver } from './pod-observer.ts'
import { podOf, type Target } from './target.ts'

/** What all kinds of streams tell of themselves. */
export type Dialled = Pick<Channels, 'isDirect' | 'ended' | 'received'>

export interface Attached<Streams extends Dialled = Channels> {
  readonly channels: Streams
  /**
   * The node itself answered, so an open connection is an attached one, and its status frame is the node's own word.
   * False: an API server 1.30–1.35 may answer for it (k8s-streaming §1.2).
   */
  readonly direct: boolean
}

interface Dialling<Streams extends Dialled> {
  readonly target: Target
  readonly observer: PodObserver
  readonly nudge: Nudge
  readonly sinks: Sinks
  readonly budget: DialBudget
  readonly connect: Connect<Streams>
  /** Which one, if not the function's. */
  readonly container?: string
}

/** The dials to one container. */
export interface DialBudget {
  dials: number
  /** When the first of them was made. */
  start: number
  pauses: number
  sawDirectRefusal: boolean
  /**
   * A dial whose answer was lost may have reached the node. With stdinOnce the function's stdin then ended with that
   * connection, before it was given anything.
   */
  mayHaveAttached: boolean
  refusal: string
  /** How long to wait after an opening whether it was a false one. */
  settleMs: number
}

export function newDialBudget(settleMs: number = FIRST_SETTLE_MS): DialBudget {
  return {
    dials: 0,
    start: 0,
    pauses: 0,
    sawDirectRefusal: false,
    mayHaveAttached: false,
    refusal: '',
    settleMs,
  }
}

const MAX_DIALS = 40
/** The rest is for when the Pod's status says that the container runs. */
const MAX_EARLY_DIALS = 30
const BURST_MS = 500
/**
 * Starting a container takes some 100 ms, and every refused dial takes processor time from it: median until attached
 * 174 ms with 60 to 120 here, 200 with 25. The first dial is early all the same: only a refusal tells a node's own open.
 */
const SECOND_DIAL_PAUSE_MS = 75
const BURST_PAUSE_MS = 25
const PAUSES_MS = [250, 500, 1000]
/**
 * "Failure" follows a false open by 7 ms in the median, 39 ms at most (k8s-streaming §1.3), but by more where the nodes
 * are far from the API server. The first open of a run usually is a false one, and tells.
 */
const SETTLE_MS = 50
const FIRST_SETTLE_MS = 150

/** Opens the streams as soon as the container runs; undefined when it ended before anybody could attach. */
export async function dial<Streams extends Dialled>(
  dialling: Dialling<Streams>,
): Promise<Attached<Streams> | undefined> {
  const { observer, target, budget } = dialling
  const { connections } = target.api
  // A refusal costs its connection: the next one is being opened while there is time.
  connections?.prepare(1)
  await observer.until((verdict) => (isAttachable(verdict) ? true : undefined))
  for (;;) {
    connections?.prepare(1)
    if (budget.dials > 0) await pause(dialling)
    target.signal.throwIfAborted()
    const { verdict } = observer
    if (verdict.kind === 'exited') return undefined
    if (verdict.kind === 'failed') throw verdict.error
    if (verdict.kind === 'running' && !dialling.container) target.trace.enter('running')
    if (target.dials.made >= MAX_DIALS) throw notAttached(budget)
    const attached = await attempt(dialling)
    if (attached) {
      // For what is asked when the streams have ended.
      connections?.prepare(1)
      return attached
    }
    // It ran, and cannot be attached to: it has ended, and kubelet has not noticed yet.
    if (verdict.kind === 'running') void dialling.nudge()
  }
}

/** Quickly at first, then slower or at the Pod's next change, in the end only for a container that runs. */
async function pause({ target, observer, budget }: Omit<Dialling<Dialled>, 'connect'>): Promise<void> {
  const pauseMs = budget.dials === 1 ? SECOND_DIAL_PAUSE_MS : BURST_PAUSE_MS
  if (elapsedMs() - budget.start < BURST_MS) await sleep(pauseMs * (0.8 + 0.4 * Math.random()))
  else if (target.dials.made < MAX_EARLY_DIALS || observer.verdict.kind === 'running') {
    await observer.change(PAUSES_MS[Math.min(budget.pauses++, PAUSES_MS.length - 1)])
  } else await observer.until((verdict) => (verdict.kind === 'waiting' ? undefined : true))
}

function isAttachable(verdict: PodObserver['verdict']): boolean {
  return (
    verdict.kind === 'running' ||
    verdict.kind === 'exited' ||
    (verdict.kind === 'waiting' && verdict.phase === 'starting')
  )
}

/** One dial; undefined when the container does not run yet, or no more. */
async function attempt<Streams extends Dialled>({
  container = FUNCTION_CONTAINER,
  ...dialling
}: Dialling<Streams>): Promise<Attached<Streams> | undefined> {
  const { target, sinks, budget, connect } = dialling
  const { api, signal } = target
  if (budget.dials === 0) budget.start = elapsedMs()
  budget.dials += 1
  target.dials.made += 1
  try {
    const channels = await connect(api, { ...podOf(target), container, sinks, signal })
    const direct = channels.isDirect || budget.sawDirectRefusal
    if (direct) return { channels, direct }
    const opened = elapsedMs()
    const early = await Promise.race([channels.ended, sleep(budget.settleMs)])
    if (!early || !isFalseOpen(early) || channels.received > 0) return { channels, direct }
    budget.settleMs = Math.max(SETTLE_MS, 4 * (elapsedMs() - opened))
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if (!isNotYet(error, budget)) throw error
    budget.mayHaveAttached ||= !isPlainRefusal(error)
    budget.refusal = (error as Error).message
    return undefined
  }
}

/** Also: closed with unread data on a false open gives 1006 and no status (k8s-streaming §1.3). */
export function wasFalseOpen(
  end: StreamEnd,
  { direct, channels }: Attached<Dialled>,
  { verdict }: PodObserver,
): boolean {
  if (channels.received > 0) return false
  return isFalseOpen(end) || (!direct && !end.status && verdict.kind === 'waiting')
}

/** The server said 101, and then that there is nothing to attach to. */
export function isFalseOpen({ status }: StreamEnd): boolean {
  return status?.kind === 'notAttached'
}

// kubelet's words, of attach and of exec.
const NO_CONTAINER = /container (.* )?not found/
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** It is certain that no container was attached to; a gateway's 502 or a reset connection leaves that open. */
export function isPlainRefusal(error: unknown): boolean {
  if (error instanceof ConnectionError) return NEVER_SENT.has(error.problem)
  if (!(error instanceof ApiError)) return false
  return error.status < 500 || NO_CONTAINER.test(error.message)
}

/** The container does not run yet, or any more; kubelet's own words for it only come from a node that was asked. */
export function isTooEarly(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  const { status, message } = error
  if (status === 400) return /does not have a host assigned|ContainerCreating|PodInitializing/.test(message)
  return isNodesRefusal(error) || (status === 404 && message.includes('pod does not exist'))
}

function isNodesRefusal({ status, message }: ApiError): boolean {
  return status === 500 && NO_CONTAINER.test(message)
}

/** Refusals that end by themselves (k8s-streaming §1.2). */
function isNotYet(error: unknown, budget: DialBudget): boolean {
  if (error instanceof ConnectionError) return !error.isFinal
  if (!(error instanceof ApiError)) return false
  // Only a node that is asked before the upgrade can answer it so.
  if (isNodesRefusal(error)) budget.sawDirectRefusal = true
  return isTooEarly(error) || error.status === 429 || error.status >= 500
}

function notAttached({ dials, refusal }: DialBudget): RunError {
  return new RunError('STREAM_CUT', {
    problem: `the container could not be attached to in ${dials} attempts: ${refusal}`,
    neverAttached: true,
  })
}
