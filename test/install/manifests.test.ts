import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { functionsManifests } from '../../src/install/functions-manifests.ts'
import { renderDeployment } from '../../src/install/render.ts'
import { personSubject, serviceAccountSubject } from '../../src/install/roles.ts'
import { DEFAULTS } from '../../src/install/wanted.ts'
import type { Role, RoleBinding } from '../../src/kube/types.ts'

function made(wanted: Partial<Parameters<typeof functionsManifests>[0]>): readonly object[] {
  return functionsManifests({ ...DEFAULTS, namespace: 'fns', ...wanted })
}

function named(objects: readonly object[], kind: string): readonly (Role & RoleBinding)[] {
  return objects.filter((object) => (object as Role).kind === kind) as (Role & RoleBinding)[]
}

test('deploy/functions.yaml is what is printed without options (npm run docs)', () => {
  expect(readFileSync('deploy/functions.yaml', 'utf8')).toBe(renderDeployment())
})

test('the manifests are YAML, and all that is not of the cluster is in the namespace', () => {
  const documents = parseAllDocuments(renderDeployment()).map(
    (document) => document.toJS() as { kind: string; metadata: { namespace?: string } },
  )
  const elsewhere = documents.filter(({ metadata }) => metadata.namespace !== 'krmpod-functions')
  expect(elsewhere.map(({ kind }) => kind)).toEqual([
    'Namespace',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
  ])
})

describe('the Roles', () => {
  test('nobody may write the policy, or read a Secret', () => {
    const rules = named(made({}), 'Role').flatMap(({ rules = [] }) => rules)
    const verbsOn = (resource: string): readonly string[] =>
      rules.filter(({ resources }) => resources?.includes(resource)).flatMap(({ verbs }) => verbs)
    expect(verbsOn('networkpolicies')).toEqual(['list'])
    expect(verbsOn('secrets')).toEqual(['create', 'delete'])
    expect(
      rules.flatMap(({ verbs, resources = [], apiGroups = [] }) => [...verbs, ...resources, ...apiGroups]),
    ).not.toContain('*')
  })

  test('are bound to whom they are for', () => {
    const subjects = [serviceAccountSubject('argocd', 'repo-server'), personSubject('Group', 'devs')]
    const objects = made({ subjects })
    const bindings = named(objects, 'RoleBinding')
    expect(bindings.map(({ roleRef }) => roleRef.name)).toEqual(
      named(objects, 'Role').map(({ metadata }) => metadata?.name),
    )
    expect(bindings.every((binding) => JSON.stringify(binding.subjects) === JSON.stringify(subjects))).toBe(
      true,
    )
    expect(named(made({}), 'RoleBinding')).toEqual([])
  })

  test('without an ability there is no Role of it', () => {
    const names = named(made({ without: ['exec', 'env'] }), 'Role').map(({ metadata }) => metadata?.name)
    expect(names).toEqual(['krmpod-run', 'krmpod-recover', 'krmpod-nudge', 'krmpod-events', 'krmpod-gc'])
  })

  test('of pull secrets, those that are named may be read', () => {
    const role = named(made({ pullSecrets: ['ghcr'] }), 'Role').at(-1)
    expect(role?.metadata?.name).toBe('krmpod-pull-secrets')
    expect(role?.rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['ghcr'] },
    ])
  })
})
