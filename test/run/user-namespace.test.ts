import { expect, test } from 'vitest'
import { checkUserNamespace } from '../../src/session/user-namespace.ts'
import { fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

const ON = { request: { userNamespace: true, deadlineMs: 30_000 } }
const REFUSAL =
  "Failed to create pod sandbox: can't set `spec.hostUsers: false`, runtime does not support user namespaces"

test('a Pod in a user namespace of its own runs like all others', async () => {
  await using cluster = await fakeCluster()
  expectResult(cluster, await runOn(cluster, { ...ON, stdin: 'hello' }), { stdout: 'hello' })
  const [made] = cluster.requests.filter(({ action }) => action === 'create pods')
  expect(made?.body).toMatchObject({ spec: { hostUsers: false } })
})

test('a node that has none says so in an event: that is the reason, and the deadline is not waited for', async () => {
  const event = { type: 'Warning', reason: 'FailedCreatePodSandBox', message: REFUSAL }
  await using cluster = await fakeCluster({
    pods: async (pod) => {
      await pod.step()
      pod.bind()
      cluster.store.create('events', {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { namespace: NAMESPACE, name: 'refused' },
        ...event,
      })
    },
  })
  const outcome = await runOn(cluster, ON)
  expectFailure(cluster, outcome, 'USER_NAMESPACE')
  expect(outcome.error?.message).toBe(`the Pod cannot have a user namespace of its own: ${REFUSAL}`)
})

test('a server that has dropped the field would run it without', () => {
  expect(() => checkUserNamespace({ spec: { containers: [] } })).toThrow('does not know hostUsers')
})
