import { LABELS, MANAGED_BY } from '../kube/labels.ts'
import type { Role, RoleBinding } from '../kube/types.ts'
import { type Ability, pullSecretAbility } from '../rights/abilities.ts'

/** Who calls krmpod, as a RoleBinding names them. */
export type Subject = NonNullable<RoleBinding['subjects']>[number]

const RBAC = 'rbac.authorization.k8s.io'

/** One Role for each ability. */
export function rolesFor(abilities: readonly Ability[], namespace: string): Role[] {
  return abilities.map((ability) => roleOf(ability, namespace))
}

/** To read these Secrets, and no others. */
export function pullSecretRole(names: readonly string[], namespace: string): Role {
  const role = roleOf(pullSecretAbility(), namespace)
  return { ...role, rules: (role.rules ?? []).map((rule) => ({ ...rule, resourceNames: [...names] })) }
}

export function bindingFor({ metadata }: Role, subjects: readonly Subject[]): RoleBinding {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    ...(metadata && { metadata: { ...metadata } }),
    roleRef: { apiGroup: RBAC, kind: 'Role', name: metadata?.name ?? '' },
    subjects: [...subjects],
  }
}

export function serviceAccountSubject(namespace: string, name: string): Subject {
  return { kind: 'ServiceAccount', namespace, name }
}

export function personSubject(kind: 'User' | 'Group', name: string): Subject {
  return { kind, name, apiGroup: RBAC }
}

function roleOf({ name, rights }: Ability, namespace: string): Role {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata: { name: `krmpod-${name}`, namespace, labels: { [LABELS.managedBy]: MANAGED_BY } },
    rules: rights.map(({ apiGroup, resource, verbs }) => ({
      apiGroups: [apiGroup],
      resources: [resource],
      verbs: [...verbs],
    })),
  }
}
