import { ApiError } from '../cluster/api-error.ts'
import { createPolicy, listPolicies } from '../cluster/pods.ts'
import { RunError } from '../errors/run-error.ts'
import type { NetworkPolicy } from '../kube/types.ts'
import { patiently } from './patience.ts'
import type { Target } from './target.ts'

/**
 * The deny-all policy must be there before the Pod is. Usually an administrator made it, since a run's Role cannot;
 * where the caller may, the first run makes it.
 */
export async function ensurePolicy(target: Target): Promise<void> {
  const { api, plan, signal } = target
  const wanted = plan.policy
  if (!wanted) return
  const present = await patiently(() => listPolicies(api, plan.namespace, { signal }), target)
  if (present.some((policy) => denies(policy, wanted))) return
  try {
    await patiently(() => createPolicy(api, wanted, { signal }), target)
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 0
    // Another run made it at the same moment.
    if (
      status === 409 &&
      (await listPolicies(api, plan.namespace, { signal })).some((policy) => denies(policy, wanted))
    ) {
      return
    }
    if (status !== 403 && status !== 409) throw error
    const message = (error as Error).message
    throw new RunError(
      'NETWORK_POLICY_MISSING',
      { namespace: plan.namespace, policy: wanted.metadata.name, message },
      { cause: error },
    )
  }
}

/** It is ours by name, selects what we label, and has no rule that allows anything. */
function denies(policy: NetworkPolicy, wanted: NetworkPolicy): boolean {
  const { spec } = policy
  if (policy.metadata?.name !== wanted.metadata?.name || !spec) return false
  const selects =
    JSON.stringify(spec.podSelector ?? {}) === JSON.stringify(wanted.spec?.podSelector) ||
    JSON.stringify(spec.podSelector ?? {}) === '{}'
  const types = spec.policyTypes ?? []
  const closed = types.includes('Ingress') && types.includes('Egress')
  return selects && closed && !spec.ingress?.length && !spec.egress?.length
}
