import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { kubectl } from './cluster.ts'

const deploy = join(import.meta.dirname, '../../../deploy')

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

export async function manifest(name: string): Promise<object & { rules?: readonly Rule[] }> {
  return parse(await readFile(join(deploy, name), 'utf8')) as object
}

/** A service account with the Role that krmpod ships, or with a part of it; resolves to a kubeconfig's text. */
export async function callerIn(
  namespace: string,
  keep: (rule: Rule) => boolean = () => true,
): Promise<string> {
  const role = await manifest('role.yaml')
  const subjects = [{ kind: 'ServiceAccount', name: 'caller', namespace }]
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'krmpod' }
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'caller' } },
    { ...role, rules: (role.rules ?? []).filter(keep) },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'krmpod' },
      roleRef,
      subjects,
    },
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
