import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../cluster/api-error.ts'
import { patchPod } from '../cluster/patch-pod.ts'
import { createPod } from '../cluster/pods.ts'
import { RunError } from '../errors/run-error.ts'
import type { Pod } from '../kube/types.ts'
import { claimPatch } from '../plan/standby.ts'
import { whyNotPlanned, whyNotWaiting } from '../standby/why-unusable.ts'
import type { Isolated } from './network-policy.ts'
import { type ParkedPod, podOf, type Target } from './target.ts'

type Claiming = Target & { readonly parked: ParkedPod }

/** Of the claim, and of what is asked beside it: a fresh Pod takes little longer. */
const CLAIM_MS = 10_000

/** Takes the parked Pod. A request that was sent is never abandoned: only its answer tells whose the Pod is. */
export function claimParked({ parked, ...target }: Claiming): Promise<Pod> {
  target.trace.enter('claiming a parked Pod')
  return patchPod(target.api, { ...podOf(target), operations: claimPatch(target.plan, parked) }, {})
}

interface Checked {
  readonly claiming: Promise<Pod>
  readonly isolating: Promise<Isolated>
}

/** Resolves when the Pod is the run's, and what a fresh one would be. Else PARKED_POD_LOST: nothing was given to it. */
export async function checkParked(target: Claiming, { claiming, isolating }: Checked): Promise<Pod> {
  const { api, signal, parked } = target
  const lost = (problem: string, isLasting: boolean, cause?: unknown): RunError =>
    new RunError('PARKED_POD_LOST', { pod: podOf(target).name, problem, isLasting }, { cause })
  const orLost = (request: Promise<Pod>): Promise<Pod> =>
    request.catch((error: unknown) => {
      throw lost((error as Error).message, isForGood(error), error)
    })
  const asking = Promise.all([
    isolating,
    orLost(claiming),
    orLost(createPod(api, parked.planned, { signal, dryRun: true })),
  ])
  const late = sleep(CLAIM_MS, undefined, { ref: false })
  const answers = await Promise.race([asking, late])
  if (!answers) throw lost(`no answer within ${CLAIM_MS / 1000} s`, false)
  const [{ gapMs, since }, claimed, admitted] = answers
  const difference = whyNotPlanned(claimed, admitted)
  if (difference !== undefined) throw lost(difference, true)
  const problem = whyNotWaiting(claimed, parked.digest)
  if (problem !== undefined) throw lost(problem, false)
  // What it began then, it could go on with.
  if (gapMs > 0) throw lost('a new Pod has a network for a moment here', true)
  if (isBefore(claimed, since)) throw lost('it is older than the policy that keeps it off the network', false)
  return claimed
}

/** No right, or an admission webhook that takes no dry run; a full quota passes. */
function isForGood(error: unknown): boolean {
  const isRefusal = error instanceof ApiError && (error.status === 403 || error.status === 400)
  return isRefusal && !error.message.includes('exceeded quota')
}

function isBefore({ metadata }: Pod, since: string | undefined): boolean {
  return since !== undefined && Date.parse(metadata?.creationTimestamp ?? '') < Date.parse(since)
}
