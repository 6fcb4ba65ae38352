import { ApiError } from '../cluster/api-error.ts'
import { createPod, createSecret, getPod } from '../cluster/pods.ts'
import { ANNOTATIONS } from '../kube/labels.ts'
import type { Pod } from '../kube/types.ts'
import { patiently } from './patience.ts'
import { podOf, type Target } from './target.ts'

/**
 * Creates the plan's Pod, waiting for quota and for a struggling API server. Idempotent, because its name is unique.
 * A request that was sent is never abandoned: only its answer tells whether there is a Pod to be deleted.
 */
export async function createPlannedPod(target: Target, planned: Pod): Promise<Pod> {
  const { api, signal, trace } = target
  trace.enter('creating the Pod')
  return patiently(async (tries) => {
    try {
      return await createPod(api, planned, {})
    } catch (error) {
      // An earlier try got no answer, yet arrived.
      if (
        tries > 0 &&
        error instanceof ApiError &&
        error.status === 409 &&
        error.reason === 'AlreadyExists'
      ) {
        const pod = await getPod(api, podOf(target), { signal })
        if (isOfRun(pod, target)) return pod
      }
      throw error
    }
  }, target)
}

/**
 * Made after the Pod so that it is owned by it: kubelet looks for it again until it is there. Resolves to its UID;
 * undefined where there is none, or its answer got lost.
 */
export async function createPlannedSecret(
  { api, plan, signal, trace }: Target,
  owner: Pod,
): Promise<string | undefined> {
  const { secret } = plan
  const { name, uid } = owner.metadata ?? {}
  if (!secret || !name || !uid) return undefined
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name, uid }]
  const owned = { ...secret, metadata: { ...secret.metadata, ownerReferences } }
  return patiently(
    async (tries) => {
      try {
        const { metadata } = await createSecret(api, owned, { signal })
        return metadata?.uid
      } catch (error) {
        if (tries > 0 && error instanceof ApiError && error.reason === 'AlreadyExists') return undefined
        throw error
      }
    },
    { trace, signal },
  )
}

/** Not another one that has its name. */
export function isOfRun(pod: Pod, { plan }: Target): boolean {
  return runIdOf(pod) === runIdOf(plan.pod)
}

function runIdOf(pod: Pod): string | undefined {
  return pod.metadata?.annotations?.[ANNOTATIONS.runId]
}
