import { bindingFor, rolesFor, serviceAccountSubject } from '../../../src/install/roles.ts'
import type { Role } from '../../../src/kube/types.ts'
import { ABILITIES } from '../../../src/rights/abilities.ts'
import { kubectl } from './cluster.ts'

type Rule = NonNullable<Role['rules']>[number]

/** A service account with the Roles that `krmpod install rbac` prints, or with a part of them; resolves to a kubeconfig's text. */
export async function callerIn(
  namespace: string,
  keep: (rule: Rule) => boolean = () => true,
): Promise<string> {
  const roles = rolesFor(ABILITIES, namespace)
  return callerWith(
    roles.map((role) => ({ ...role, rules: (role.rules ?? []).filter(keep) })),
    namespace,
  )
}

/** The same with these Roles. */
export async function callerWith(roles: readonly Role[], namespace: string): Promise<string> {
  const subjects = [serviceAccountSubject(namespace, 'caller')]
  // Beside those that are there for others.
  const own = roles.map((role) => ({ ...role, metadata: { name: `caller-${role.metadata?.name ?? ''}` } }))
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'caller' } },
    ...own,
    ...own.map((role) => bindingFor(role, subjects)),
  ]
  await kubectl(
    ['apply', '-n', namespace, '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  )
  const token = await kubectl(['create', 'token', 'caller', '-n', namespace])
  const config = JSON.parse(
    await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json']),
  ) as KubeConfig
  return JSON.stringify({ ...config, users: config.users.map(({ name }) => ({ name, user: { token } })) })
}

interface KubeConfig {
  readonly users: readonly { readonly name: string }[]
}
