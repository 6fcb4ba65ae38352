import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { withPullSecret } from '../../src/plan/pull-secret.ts'
import { renderPlan } from '../../src/run/dry-run.ts'
import { refuse } from '../doubles/fake-cluster/intervention.ts'
import { waitingFor } from '../doubles/fake-cluster/pod-status.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { planned } from '../plan/planned.ts'
import { expectFailure, expectResult } from './checks.ts'

const LOGIN = { repository: 'ghcr.io/acme/set-labels', username: 'ann', password: 'hunter2' }
const GIVEN = {
  request: { pullSecretFrom: 'dockerConfig' },
  host: { pullLogins: () => Promise.resolve({ logins: [LOGIN], notes: [] }) },
} as const

test('the login travels in a Secret that the Pod owns, and both are gone afterwards', async () => {
  await using cluster = await fakeCluster()
  expectResult(cluster, await runOn(cluster, { ...GIVEN, stdin: 'hello' }), { stdout: 'hello' })
  const [pod] = cluster.store.history.filter(({ resource }) => resource === 'pods')
  const [secret] = cluster.store.history.filter(({ resource }) => resource === 'secrets')
  const { name = '', uid = '' } = pod?.object.metadata ?? {}
  expect(pod?.object.spec).toMatchObject({ imagePullSecrets: [{ name: `pull-${name}` }] })
  expect(secret?.object.metadata).toMatchObject({
    name: `pull-${name}`,
    ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }],
  })
})

test('without the setting nobody is asked', async () => {
  await using cluster = await fakeCluster()
  const pullLogins = (): never => {
    throw new Error('asked')
  }
  expectResult(cluster, await runOn(cluster, { stdin: 'hello', host: { pullLogins } }), { stdout: 'hello' })
})

test('a Secret that may not be made: one reason, and no Pod is left', async () => {
  const requests = [{ on: 'create secrets', does: refuse(403, 'Forbidden', 'no') }]
  await using cluster = await fakeCluster({ requests })
  const outcome = await runOn(cluster, GIVEN)
  expectFailure(cluster, outcome, 'FORBIDDEN')
  expect(JSON.stringify(outcome.error)).not.toMatch(/hunter2/)
})

test('a pull that is refused is tried once more, in a new Pod: its Secret may have come too late', async () => {
  const refused = waitingFor('ErrImagePull', 'unauthorized: authentication required')
  await using cluster = await fakeCluster({
    pods: async (pod) => {
      await pod.step()
      pod.says(refused)
    },
  })
  expectFailure(cluster, await runOn(cluster, GIVEN), 'IMAGE_PULL')
  expect(cluster.count('create pods')).toBe(2)
})

test('--dry-run shows that there is a login, and not which', async () => {
  const yaml = await renderPlan(withPullSecret(planned('ghcr.io/acme/set-labels:v1'), [LOGIN]))
  expect(yaml).not.toMatch(/hunter2|YW5u/)
  expect(parse(yaml.split('---\n').at(-1) ?? '')).toMatchObject({
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': '(redacted)' },
  })
})
