import { ApiError } from '../cluster/api-error.ts'
import { type AskedPolicies, whileFresh } from '../cluster/asked-policies.ts'
import { createPolicy, listPolicies } from '../cluster/network-policies.ts'
import { RunError } from '../errors/run-error.ts'
import { gapMsOf, type Isolation, judge } from '../isolation/judge.ts'
import { closingOf } from '../isolation/policies.ts'
import type { NetworkPolicy } from '../kube/types.ts'
import type { PlannedIsolation } from '../plan/pod-plan.ts'
import { patiently } from './patience.ts'
import type { Target } from './target.ts'
import { unlessStopped } from './unless-stopped.ts'

export interface Isolated {
  /** So long after its start a container could still have a network. */
  readonly gapMs: number
  /** When the policy was made, RFC 3339. */
  readonly since?: string
}

/**
 * What the function's Pod is to be without, it is to be without from its first moment: so a policy that denies all
 * must be there before the Pod is. Usually an administrator made it, since a run's Role cannot; where the caller may,
 * the first run makes it.
 */
export async function isolate(target: Target): Promise<Isolated> {
  const { isolation } = target.plan
  if (!isolation) return { gapMs: 0 }
  const policies = await policiesWithOurs(target, isolation)
  const labels = labelsOf(target)
  const ours = closingOf(policies, { labels, name: isolation.policy.metadata.name })
  const judged: Isolation = ours
    ? judge({ policies, ours, labels, now: target.now(), maxAgeMs: isolation.proofMaxAgeMs })
    : { kind: 'broken', why: `NetworkPolicy ${isolation.policy.metadata.name} is gone again` }
  const gapMs = ours ? gapMsOf(ours) : 0
  const since = ours?.metadata?.creationTimestamp
  const isolated = { gapMs, ...(since !== undefined && { since }) }
  if (judged.kind === 'proven') return isolated
  const why = WORDS[judged.kind] + judged.why
  if (isolation.enforcement === 'require') throw new RunError('NETWORK_NOT_ISOLATED', { why })
  if (judged.kind === 'broken') target.warn(why)
  else target.hint(why)
  return isolated
}

const WORDS = {
  broken: 'the function is not without a network: ',
  unproven: 'it is not shown that the function is without a network: ',
} as const

/** All of the namespace, among them one that denies our Pod everything. */
async function policiesWithOurs(
  target: Target,
  isolation: PlannedIsolation,
): Promise<readonly NetworkPolicy[]> {
  const { api, plan, signal } = target
  const { policy } = isolation
  const wanted = { labels: labelsOf(target), name: policy.metadata.name }
  const asked = whileFresh(target.policies)
  const known = asked && (await list(target, asked))
  if (known && closingOf(known, wanted)) return known
  // Another run may have made it since.
  const present = await list(target)
  if (closingOf(present, wanted)) return present
  try {
    return [...present, await patiently(() => createPolicy(api, policy, { signal }), target)]
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 0
    if (status !== 403 && status !== 409) throw error
    // Another run made it at the same moment.
    const later = status === 409 ? await list(target) : present
    if (closingOf(later, wanted)) return later
    const { message } = error as Error
    throw new RunError(
      'NETWORK_POLICY_MISSING',
      { namespace: plan.namespace, policy: wanted.name, message },
      { cause: error },
    )
  }
}

/** `asked`: the first attempt, where that was made ahead. */
function list(target: Target, asked?: AskedPolicies): Promise<readonly NetworkPolicy[]> {
  const { api, plan, signal } = target
  return patiently(
    (tries) =>
      tries === 0 && asked
        ? unlessStopped(asked.answer, signal)
        : listPolicies(api, plan.namespace, { signal }),
    { ...target, ...(asked && { since: asked.at }) },
  )
}

function labelsOf({ plan }: Target): Readonly<Record<string, string>> {
  return plan.pod.metadata.labels ?? {}
}
