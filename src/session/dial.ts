import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, ConnectionError } from '../cluster/api-error.ts'
import { attach } from '../cluster/attach.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'
import type { Channels, Sinks, StreamEnd } from '../streams/channels.ts'
import type { Nudge } from './exit-code.ts'
import type { PodObserver } from './pod-observer.ts'
import { podOf, type Target } from './target.ts'

export interface Attached {
  readonly channels: Channels
  /**
   * The node itself answered, so an open connection is an attached one, and its status frame is the node's own word.
   * False: an API server 1.30–1.35 may answer for it (k8s-streaming §1.2).
   */
  readonly direct: boolean
}

interface Dialling {
  readonly target: Target
  readonly observer: PodObserver
  readonly nudge: Nudge
  readonly sinks: Sinks
  readonly budget: DialBudget
}

/** attach requests bypass API priority and fairness: dials of one run are counted and bounded. */
export interface DialBudget {
  dials: number
  sawDirectRefusal: boolean
}

const MAX_TIMED_DIALS = 40
const BURST_MS = 500
const BURST_PAUSE_MS = 25
const PAUSES_MS = [250, 500, 1000]
/** "Failure" follows a false open by 7 ms in the median, 39 ms at most (k8s-streaming §1.3). */
const SETTLE_MS = 50

/** Attaches as soon as the container runs; undefined when it ended before anybody could attach. */
export async function dial(dialling: Dialling): Promise<Attached | undefined> {
  const { observer, target, budget } = dialling
  await observer.until((verdict) => (isAttachable(verdict) ? true : undefined))
  const start = performance.now()
  for (let pauses = 0; ; ) {
    const { verdict } = observer
    if (verdict.kind === 'exited') return undefined
    if (verdict.kind === 'failed') throw verdict.error
    if (verdict.kind === 'running') target.trace.enter('running')
    const attached = await attempt(dialling)
    if (attached) return attached
    // It ran, and cannot be attached to: it has ended, and kubelet has not noticed yet.
    if (verdict.kind === 'running') void dialling.nudge(target.signal)
    if (performance.now() - start < BURST_MS) await sleep(BURST_PAUSE_MS * (0.8 + 0.4 * Math.random()))
    else
      await observer.change(
        budget.dials < MAX_TIMED_DIALS ? PAUSES_MS[Math.min(pauses++, PAUSES_MS.length - 1)] : undefined,
      )
    target.signal.throwIfAborted()
  }
}

function isAttachable(verdict: PodObserver['verdict']): boolean {
  return (
    verdict.kind === 'running' ||
    verdict.kind === 'exited' ||
    (verdict.kind === 'waiting' && verdict.phase === 'starting')
  )
}

/** One dial; undefined when the container does not run yet, or no more. */
async function attempt({ target, sinks, budget }: Dialling): Promise<Attached | undefined> {
  const { api, signal } = target
  budget.dials += 1
  try {
    const channels = await attach(api, { ...podOf(target), container: FUNCTION_CONTAINER, sinks, signal })
    const isV4 = channels.protocol.startsWith('v4')
    const direct = isV4 || budget.sawDirectRefusal
    if (direct) return { channels, direct }
    const early = await Promise.race([channels.ended, sleep(SETTLE_MS)])
    return early && isFalseOpen(early) && channels.received === 0 ? undefined : { channels, direct }
  } catch (error) {
    signal.throwIfAborted()
    if (!isNotYet(error, budget)) throw error
    return undefined
  }
}

/** The server said 101, and then that there is nothing to attach to. */
export function isFalseOpen({ status }: StreamEnd): boolean {
  return status?.kind === 'notAttached'
}

/** Refusals that end by themselves (k8s-streaming §1.2). */
function isNotYet(error: unknown, budget: DialBudget): boolean {
  if (error instanceof ConnectionError) return !error.isFinal
  if (!(error instanceof ApiError)) return false
  if (error.status === 500 && /not found/.test(error.message)) {
    // Only a node that is asked before the upgrade can answer it so.
    budget.sawDirectRefusal = true
    return true
  }
  if (error.status === 400)
    return /does not have a host assigned|ContainerCreating|PodInitializing/.test(error.message)
  if (error.status === 404) return error.message.includes('pod does not exist')
  return error.status === 429 || error.status >= 500
}
