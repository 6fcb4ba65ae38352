import { patchPod } from '../cluster/patch-pod.ts'
import { createPod } from '../cluster/pods.ts'
import { RunError } from '../errors/run-error.ts'
import type { Pod } from '../kube/types.ts'
import { claimPatch } from '../plan/standby.ts'
import { whyUnusable } from '../standby/why-unusable.ts'
import { type ParkedPod, podOf, type Target } from './target.ts'

type Claiming = Target & { readonly parked: ParkedPod }

/** As long as a CNI was seen to take, twice: as for a fresh Pod (plan/gate.ts). */
const MARGIN = 2

/** Takes the parked Pod. A request that was sent is never abandoned: only its answer tells whose the Pod is. */
export function claimParked({ parked, ...target }: Claiming): Promise<Pod> {
  target.trace.enter('claiming a parked Pod')
  return patchPod(target.api, { ...podOf(target), operations: claimPatch(target.plan, parked) }, {})
}

interface Checked {
  readonly claiming: Promise<Pod>
  readonly isolating: Promise<number>
}

/** Resolves when the Pod is the run's, and what a fresh one would be. Else PARKED_POD_LOST: nothing was given to it. */
export async function checkParked(target: Claiming, { claiming, isolating }: Checked): Promise<Pod> {
  const { api, signal, parked } = target
  const lost = (problem: string, cause?: unknown): RunError =>
    new RunError('PARKED_POD_LOST', { pod: podOf(target).name, problem }, { cause })
  const orLost = (request: Promise<Pod>): Promise<Pod> =>
    request.catch((error: unknown) => {
      throw lost((error as Error).message, error)
    })
  const [gapMs, claimed, admitted] = await Promise.all([
    isolating,
    orLost(claiming),
    orLost(createPod(api, parked.planned, { signal, dryRun: true })),
  ])
  const problem = whyUnusable(claimed, { admitted, digest: parked.digest })
  if (problem !== undefined) throw lost(problem)
  if (parked.seenAt - parked.startedAt < gapMs * MARGIN) throw lost('its network may not be closed yet')
  return claimed
}
