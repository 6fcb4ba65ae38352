import { ownPod } from '../cluster/own-pod.ts'
import type { Lane } from '../plan/lane.ts'
import { planPod } from '../plan/plan-pod.ts'
import type { PlannedUploads, PodPlan } from '../plan/pod-plan.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { RunHost } from './host.ts'

type Planner = Pick<RunHost, 'api' | 'namespace' | 'newRunId' | 'now' | 'pullLogins'> &
  Partial<Pick<RunHost, 'trace' | 'keep'>> & {
    readonly lane?: Lane
    readonly uploads?: PlannedUploads
  }

/** The plan of a run in this world: who we are, when, and inside which Pod. */
export async function planRun(request: RunRequest, planner: Planner): Promise<PodPlan> {
  const { api, namespace, newRunId, now, trace, keep, lane, uploads } = planner
  const own = await ownPod(api.credentials)
  // An owner in another namespace would be taken for a missing one, and the Pod collected at once.
  const owner = own?.namespace === namespace ? own : undefined
  // A second attempt has less left than the first.
  const deadlineMs = request.deadlineMs - (trace?.elapsedMs() ?? 0)
  const plan = planPod(
    { ...request, deadlineMs },
    {
      runId: newRunId(),
      now: now(),
      namespace,
      ...(owner && { owner }),
      ...(keep && { kept: true }),
      ...(uploads && { uploads }),
    },
    lane,
  )
  if (request.pullSecretFrom === 'off') return plan
  // Loaded only when it is needed: few callers have private images.
  const { imagesOf, withPullSecret } = await import('../plan/pull-secret.ts')
  const { logins, notes } = await planner.pullLogins([
    ...imagesOf(plan.pod),
    // It may be needed, too: that is known when the policy was read.
    ...(plan.isolation ? [plan.isolation.gateImage] : []),
  ])
  return { ...withPullSecret(plan, logins), pullNotes: notes }
}
