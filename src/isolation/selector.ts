import type { NetworkPolicy } from '../kube/types.ts'

type Selector = NonNullable<NonNullable<NetworkPolicy['spec']>['podSelector']>
type Requirement = NonNullable<Selector['matchExpressions']>[number]
type Labels = Readonly<Record<string, string>>

/** As Kubernetes does: every requirement has to hold, so an empty selector takes all. */
export function selects(selector: Selector | undefined, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {}
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((requirement) => holds(requirement, labels))
  )
}

/** An operator that is not known is taken to hold: then a policy is looked at that may not concern us. */
function holds({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return true
  }
}
