import type { NetworkPolicy } from '../kube/types.ts'
import { selects } from './selector.ts'

type Labels = Readonly<Record<string, string>>

/** Whether this policy takes a Pod with these labels off the network, as long as no other one puts it back on. */
export function closes({ spec }: NetworkPolicy, labels: Labels): boolean {
  const types = spec?.policyTypes ?? []
  return (
    spec !== undefined &&
    selects(spec.podSelector, labels) &&
    types.includes('Ingress') &&
    types.includes('Egress') &&
    !hasRules(spec)
  )
}

/** The one of this name, else what an administrator made in its place. */
export function closingOf(
  policies: readonly NetworkPolicy[],
  { labels, name }: { readonly labels: Labels; readonly name: string },
): NetworkPolicy | undefined {
  const closing = policies.filter((policy) => closes(policy, labels))
  return closing.find(({ metadata }) => metadata?.name === name) ?? closing[0]
}

/** The names of those that put it back on: policies add up, so that one rule of one of them is enough. */
export function openedBy(policies: readonly NetworkPolicy[], labels: Labels): readonly string[] {
  return policies
    .filter(({ spec }) => spec && selects(spec.podSelector, labels) && hasRules(spec))
    .map(({ metadata }) => metadata?.name ?? '')
    .toSorted()
}

function hasRules({ ingress, egress }: NonNullable<NetworkPolicy['spec']>): boolean {
  return (ingress?.length ?? 0) + (egress?.length ?? 0) > 0
}
