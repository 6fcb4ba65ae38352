import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { functionsManifests } from '../../../src/install/functions-manifests.ts'
import { serviceAccountSubject } from '../../../src/install/roles.ts'
import { DEFAULTS } from '../../../src/install/wanted.ts'

type Kubectl = (args: readonly string[], input?: string) => Promise<string>

/** KRMPOD_E2E_RESTRICTED=1: krmpod itself is a service account with the Roles of `krmpod install rbac`, no more. */
export function isRestricted(): boolean {
  return process.env['KRMPOD_E2E_RESTRICTED'] === '1'
}

/** Of a namespace; a test that needs another level says so. */
export const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' }

const CALLERS = 'krmpod-callers'
/** Of these, some tests make Pods that are not krmpod's, beside them. */
const LEFT_OUT: readonly string[] = [
  'Namespace',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]

let ofAdministrator: string | undefined

/** The kubeconfig of whoever set up the tests, which is krmpod's, too, unless that is restricted. */
export function administrator(): string {
  return ofAdministrator ?? process.env['KUBECONFIG'] ?? ''
}

/** Quota, limits, policy and Roles in this namespace; from now on krmpod is the service account that they are for. */
export async function restrictCaller(namespace: string, kubectl: Kubectl): Promise<void> {
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'caller', namespace: CALLERS },
  }
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CALLERS } }
  const subjects = [serviceAccountSubject(CALLERS, 'caller')]
  const manifests = functionsManifests({ ...DEFAULTS, namespace, subjects })
  const items = [home, account, ...manifests.filter(({ kind = '' }) => !LEFT_OUT.includes(kind))]
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  becoming ??= becomeCaller(kubectl)
  await becoming
}

let becoming: Promise<void> | undefined

async function becomeCaller(kubectl: Kubectl): Promise<void> {
  const token = await kubectl(['create', 'token', 'caller', '-n', CALLERS])
  const config = await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json'])
  const { users, ...rest } = JSON.parse(config) as { users: readonly { readonly name: string }[] }
  const file = join(mkdtempSync(join(tmpdir(), 'krmpod-caller-')), 'kubeconfig')
  writeFileSync(
    file,
    JSON.stringify({ ...rest, users: users.map(({ name }) => ({ name, user: { token } })) }),
  )
  ofAdministrator = process.env['KUBECONFIG'] ?? ''
  process.env['KUBECONFIG'] = file
}
