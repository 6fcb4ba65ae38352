import { describe, expect, test } from 'vitest'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { forbid } from '../doubles/fake-cluster/intervention.ts'
import type { NewObject } from '../doubles/fake-cluster/kube-object.ts'
import { exits } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import { expectResult } from './checks.ts'

const POLICY = denyAllPolicy(NAMESPACE) as NewObject & { metadata: { namespace: string } }

describe('what a run asks of the API server', () => {
  test.concurrent('the policy comes before the Pod, and nothing is asked twice', async () => {
    await using cluster = await fakeCluster()
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
    const create = cluster.actions.indexOf('create pods')
    expect(cluster.actions.slice(0, create).toSorted()).toEqual([
      'create networkpolicies',
      'list networkpolicies',
    ])
    const rest = cluster.actions
      .slice(create + 1)
      .filter((action) => action !== 'get pods/attach' && action !== 'patch pods/resize')
    expect(rest).toEqual(['watch pods', 'get pods/log', 'delete pods'])
  })

  test.concurrent('a policy that is there is left alone', async () => {
    await using cluster = await fakeCluster({
      policies: [POLICY],
      requests: [forbid('create networkpolicies')],
    })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
    expect(cluster.count('create networkpolicies')).toBe(0)
  })

  test.concurrent('--network host needs no policy', async () => {
    await using cluster = await fakeCluster()
    const argv = ['-i', '--network', 'host', IMAGE]
    expectResult(cluster, await runOn(cluster, { argv, stdin: 'hello' }), { stdout: 'hello' })
    expect(cluster.actions.filter((action) => action.endsWith('networkpolicies'))).toEqual([])
  })

  test.concurrent.each([
    ['allows something', { ...POLICY.spec, egress: [{}] }],
    ['selects other Pods', { ...POLICY.spec, podSelector: { matchLabels: { app: 'x' } } }],
    ['says nothing of egress', { ...POLICY.spec, policyTypes: ['Ingress'] }],
  ])('a policy of our name that %s is not taken for ours', async (_what, spec) => {
    await using cluster = await fakeCluster({ policies: [{ ...POLICY, spec }] })
    const outcome = await runOn(cluster, { stdin: 'hello' })
    expect(outcome.end).toBe('NETWORK_POLICY_MISSING')
    expect(cluster.count('create pods')).toBe(0)
  })

  test.concurrent.each([
    ['twice at most', true, 2],
    ['not at all with nudge: off', false, 0],
  ])('the nudge: %s', async (_what, nudge, most) => {
    await using cluster = await fakeCluster({
      pods: async (pod) => {
        await pod.prepare()
        await pod.run(exits(0), { relistMs: 500 })
      },
    })
    await runOn(cluster, { request: { nudge } })
    expect(cluster.count('patch pods/resize')).toBeLessThanOrEqual(most)
  })

  test.concurrent('a nudge that is refused is done without', async () => {
    await using cluster = await fakeCluster({ requests: [forbid('patch pods/resize')] })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })

  test.concurrent('a nudge that is never answered holds nobody up', async () => {
    await using cluster = await fakeCluster({
      requests: [{ on: 'patch pods/resize', does: { kind: 'hang' } }],
    })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })

  test.concurrent('an exit code that is slow to come is waited for', async () => {
    await using cluster = await fakeCluster({
      requests: [forbid('patch pods/resize')],
      pods: async (pod) => {
        await pod.prepare()
        await pod.run(exits(5), { relistMs: 1200 })
      },
    })
    expectResult(cluster, await runOn(cluster), { exit: 5, stdout: '' })
  })
})

describe("the caller's own values", () => {
  const argv = ['-i', '-e', 'TOKEN', '-e', 'PLAIN=1', IMAGE]

  test.concurrent('travel in a Secret that the Pod owns, made after it, and gone with it', async () => {
    await using cluster = await fakeCluster()
    expectResult(cluster, await runOn(cluster, { argv, env: { TOKEN: 's3cret' }, stdin: 'hello' }), {
      stdout: 'hello',
    })
    expect(cluster.actions.indexOf('create secrets')).toBe(cluster.actions.indexOf('create pods') + 1)
    const secret = cluster.requests.find(({ action }) => action === 'create secrets')
    const pod = cluster.store.history.find(({ resource }) => resource === 'pods')?.object
    expect(secret?.body).toMatchObject({
      data: { TOKEN: Buffer.from('s3cret').toString('base64') },
      metadata: { name: pod?.metadata.name, ownerReferences: [{ kind: 'Pod', uid: pod?.metadata.uid }] },
    })
  })

  test.concurrent('are in no other request, nor in what the Pod says of itself', async () => {
    await using cluster = await fakeCluster()
    await runOn(cluster, { argv, env: { TOKEN: 's3cret' } })
    const others = cluster.requests.filter(({ action }) => action !== 'create secrets')
    expect(
      JSON.stringify([others, cluster.store.history.filter(({ resource }) => resource === 'pods')]),
    ).not.toContain('s3cret')
  })
})
