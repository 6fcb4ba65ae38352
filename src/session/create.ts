import { ApiError } from '../cluster/api-error.ts'
import { createPod, createSecret, getPod, openGates } from '../cluster/pods.ts'
import { ANNOTATIONS } from '../kube/labels.ts'
import type { Pod, Secret } from '../kube/types.ts'
import { secretsOf } from '../plan/pod-plan.ts'
import { patiently } from './patience.ts'
import { podOf, type Target } from './target.ts'

/**
 * Creates the plan's Pod, waiting for quota and for a struggling API server. Idempotent, because its name is unique.
 * A request that was sent is never abandoned: only its answer tells whether there is a Pod to be deleted.
 */
export async function createPlannedPod(target: Target): Promise<Pod> {
  const { api, plan, signal, trace } = target
  trace.enter('creating the Pod')
  return patiently(async (tries) => {
    try {
      return await createPod(api, plan.pod, {})
    } catch (error) {
      // An earlier try got no answer, yet arrived.
      if (
        tries > 0 &&
        error instanceof ApiError &&
        error.status === 409 &&
        error.reason === 'AlreadyExists'
      ) {
        const pod = await getPod(api, podOf(target), { signal })
        if (runIdOf(pod) === runIdOf(plan.pod)) return pod
      }
      throw error
    }
  }, target)
}

/**
 * Made after the Pod so that they are owned by it. The environment's kubelet looks for again until it is there; for the
 * pull secret the Pod is kept from the nodes.
 */
export async function createPlannedSecrets(target: Target, owner: Pod): Promise<void> {
  await Promise.all(secretsOf(target.plan).map((secret) => createSecretOf(owner, { ...target, secret })))
  const { api, signal, plan } = target
  if (plan.pullSecret) await patiently(() => openGates(api, podOf(target), { signal }), target)
}

async function createSecretOf(
  owner: Pod,
  { api, signal, trace, secret }: Target & { readonly secret: Secret },
): Promise<void> {
  const { name, uid } = owner.metadata ?? {}
  if (!name || !uid) return
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name, uid }]
  const owned = { ...secret, metadata: { ...secret.metadata, ownerReferences } }
  await patiently(
    async (tries) => {
      try {
        await createSecret(api, owned, { signal })
      } catch (error) {
        if (tries > 0 && error instanceof ApiError && error.reason === 'AlreadyExists') return
        throw error
      }
    },
    { trace, signal },
  )
}

function runIdOf(pod: Pod): string | undefined {
  return pod.metadata?.annotations?.[ANNOTATIONS.runId]
}
