import { describe, expect, test } from 'vitest'
import { refuse } from '../doubles/fake-cluster/intervention.ts'
import { type PodScript, runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { cat, echo } from '../doubles/fake-cluster/programs.ts'
import type { WatchFaults } from '../doubles/fake-cluster/watch-endpoint.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

describe('a watch that is not perfect', () => {
  test.concurrent.each([
    ['is cut after each of its first events', { cutAfter: { events: 1, times: 10 } }],
    ['is cut before it said anything', { cutAfter: { events: 0, times: 3 } }],
    ['is told that its version is too old (410)', { cutAfter: { events: 2, times: 3 }, expired: 3 }],
    ['says everything twice', { copies: 2 }],
    ['is late', { lagMs: 150 }],
  ] satisfies [string, WatchFaults][])('%s', async (_what, watch) => {
    await using cluster = await fakeCluster({ pods: runs(echo), watch })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })

  test.concurrent.each([
    ['500', refuse(500, 'InternalError', 'etcdserver: leader changed')],
    ['429', refuse(429, 'TooManyRequests', 'too many requests')],
    ['a reset connection', { kind: 'reset' } as const],
  ])('is opened again after %s', async (_what, does) => {
    const requests = [{ on: 'watch pods', times: 2, does }]
    await using cluster = await fakeCluster({ requests, watch: { cutAfter: { events: 2, times: 1 } } })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })

  test.concurrent('a look at the Pod that fails in between is repeated', async () => {
    const requests = [{ on: 'get pods', times: 2, does: refuse(503, 'ServiceUnavailable', 'busy') }]
    await using cluster = await fakeCluster({ requests, watch: { cutAfter: { events: 2, times: 1 } } })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })
})

test.concurrent('the Pod goes while nobody watches', async () => {
  const pods: PodScript = async (pod) => {
    await pod.prepare()
    pod.start(cat)
    await pod.deleteGently()
  }
  const watch = { cutAfter: { events: 2, times: 1 } }
  await using cluster = await fakeCluster({ pods, watch })
  expectFailure(cluster, await runOn(cluster, { stdin: 'hello' }), 'POD_LOST')
})

test.concurrent('a watch that says nothing any more ends in the deadline, not in a guess', async () => {
  await using cluster = await fakeCluster({ watch: { silentAfter: 4 } })
  const outcome = await runOn(cluster, { stdin: 'hello', request: { deadlineMs: 800 } })
  expectFailure(cluster, outcome, 'DEADLINE')
  expect(outcome.error?.message).toContain('reading the exit code')
})
