import type { NetworkPolicy } from '../kube/types.ts'
import { openedBy } from './policies.ts'
import { type Proof, readProof } from './proof.ts'

/** How far it is known that a Pod with the label of `--network none` has no network. */
export type Isolation =
  /** A probe has shown it. */
  | { readonly kind: 'proven' }
  /** Nothing speaks against it, and nothing that still counts shows it. */
  | { readonly kind: 'unproven'; readonly why: string }
  /** It has one. */
  | { readonly kind: 'broken'; readonly why: string }

interface Circumstances {
  /** All of the namespace. */
  readonly policies: readonly NetworkPolicy[]
  /** The one of them that is ours. */
  readonly ours: NetworkPolicy
  readonly labels: Readonly<Record<string, string>>
  readonly now: Date
  readonly maxAgeMs: number
}

const PROBE = 'krmpod doctor --probe'

/** From what the API server says alone: the policies of the namespace, and the proof that ours carries. */
export function judge(circumstances: Circumstances): Isolation {
  const { policies, ours, labels } = circumstances
  const opened = openedBy(policies, labels)
  if (opened.length > 0)
    return { kind: 'broken', why: `${nameThem(opened)} of the namespace opens it to the function, too` }
  const proof = readProof(ours)
  if (!proof) return { kind: 'unproven', why: `nobody has tried it: ${PROBE}` }
  const { uid, generation } = ours.metadata ?? {}
  if (proof.generation !== (generation ?? 0) || proof.uid !== uid)
    return { kind: 'unproven', why: `the policy is not the one of ${PROBE}: it was changed, or made anew` }
  return judgeProof(proof, circumstances)
}

/** So long after its start a container may have a network, by what was ever measured: however old that is. */
export function gapMsOf(policy: NetworkPolicy): number {
  return readProof(policy)?.gapMs ?? 0
}

function judgeProof(
  { result, at, cni = 'the CNI' }: Proof,
  { now, maxAgeMs }: Pick<Circumstances, 'now' | 'maxAgeMs'>,
): Isolation {
  const said = `${PROBE} of ${at.toISOString()}`
  // However old it is: only another probe says that this has changed.
  if (result === 'not enforced') return { kind: 'broken', why: `${cni} does not enforce policies (${said})` }
  if (result === 'unknown') return { kind: 'unproven', why: `${said} could not tell` }
  const ageMs = now.getTime() - at.getTime()
  // A clock that is behind the one of the probe is no reason; a proof from the future is one.
  if (ageMs > maxAgeMs || ageMs < -maxAgeMs)
    return { kind: 'unproven', why: `${said} is older than network.proofMaxAge` }
  return { kind: 'proven' }
}

function nameThem(names: readonly string[]): string {
  return `${names.length === 1 ? 'NetworkPolicy' : 'each of the NetworkPolicies'} ${names.join(', ')}`
}
