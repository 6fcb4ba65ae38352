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
      if (isQuota(error)) await target.makeRoom?.()
      throw error
    }
  }, target)
}

function isQuota(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403 && error.message.includes('exceeded quota')
}

/**
 * Made after the Pod so that they are owned by it. The environment's kubelet looks for again until it is there; for the
 * pull secret the Pod is kept from the nodes. Each is told of with its UID; not one whose answer got lost.
 */
export async function createPlannedSecrets(
  target: Target,
  { owner, onCreated }: { owner: Pod; onCreated: (secret: MadeSecret) => void },
): Promise<void> {
  const { api, signal, plan } = target
  const making = secretsOf(plan).map(async (secret) => {
    const made = await createSecretOf(owner, { ...target, secret })
    if (made) onCreated(made)
  })
  await Promise.all(making)
  if (plan.pullSecret) await patiently(() => openGates(api, podOf(target), { signal }), target)
}

export interface MadeSecret {
  readonly name: string
  readonly uid: string
}

async function createSecretOf(
  owner: Pod,
  { api, signal, trace, secret }: Target & { readonly secret: Secret },
): Promise<MadeSecret | undefined> {
  const { name, uid } = owner.metadata ?? {}
  if (!name || !uid) return undefined
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name, uid }]
  const owned = { ...secret, metadata: { ...secret.metadata, ownerReferences } }
  return patiently(
    async (tries) => {
      try {
        const { metadata } = await createSecret(api, owned, { signal })
        return metadata?.name && metadata.uid ? { name: metadata.name, uid: metadata.uid } : undefined
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
