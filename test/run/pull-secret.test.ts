import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { withPullSecret } from '../../src/plan/pull-secret.ts'
import { renderPlan } from '../../src/run/dry-run.ts'
import { forbid, refuse } from '../doubles/fake-cluster/intervention.ts'
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
  expect(cluster.actions.indexOf('create secrets')).toBeLessThan(cluster.actions.indexOf('patch pods'))
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

test.each(['create secrets', 'patch pods'])('no right to %s: one reason, nothing is left', async (action) => {
  await using cluster = await fakeCluster({ requests: [forbid(action)] })
  const outcome = await runOn(cluster, GIVEN)
  expectFailure(cluster, outcome, 'FORBIDDEN')
  expect(outcome.error?.message).toContain(`not allowed to ${action} in namespace default`)
  expect(JSON.stringify(outcome.error)).not.toMatch(/hunter2/)
})

test.each(['patch pods', 'create secrets'])('%s is tried again after trouble', async (on) => {
  const requests = [{ on, times: 2, does: refuse(500, 'InternalError', 'etcdserver: request timed out') }]
  await using cluster = await fakeCluster({ requests })
  expectResult(cluster, await runOn(cluster, { ...GIVEN, stdin: 'hello' }), { stdout: 'hello' })
})

test('an image that cannot be pulled says what is known of the login', async () => {
  const notes = ['The docker config has no login for ghcr.io.']
  await using cluster = await fakeCluster({
    pods: async (pod) => {
      await pod.step()
      pod.says(waitingFor('ErrImagePull', 'unauthorized: authentication required'))
    },
  })
  const host = { pullLogins: () => Promise.resolve({ logins: [], notes }) }
  const outcome = await runOn(cluster, { ...GIVEN, host })
  expectFailure(cluster, outcome, 'IMAGE_PULL')
  expect(outcome.error?.notes).toEqual(notes)
})

test('--dry-run shows that there is a login, and not which', async () => {
  const yaml = await renderPlan(withPullSecret(planned('ghcr.io/acme/set-labels:v1'), [LOGIN]))
  expect(yaml).not.toMatch(/hunter2|YW5u/)
  expect(parse(yaml.split('---\n').at(-1) ?? '')).toMatchObject({
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': '(redacted)' },
  })
})
