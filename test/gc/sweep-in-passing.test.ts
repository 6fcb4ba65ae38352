import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sweepInPassing } from '../../src/gc/sweep-in-passing.ts'
import { type Deed, forbid, refuse } from '../doubles/fake-cluster/intervention.ts'
import { type FakeCluster, fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { clientOf, leave } from './garbage.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'krmpod-passing-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function pass(cluster: FakeCluster, options: { now?: Date; signal?: AbortSignal } = {}): Promise<void> {
  const { now = new Date('2026-01-02T03:04:05Z'), signal = new AbortController().signal } = options
  const api = clientOf(cluster)
  await sweepInPassing({ api, namespace: NAMESPACE, dir, now: () => now, random: () => 0.5, signal })
  api.close()
}

test('sweeps when it is its turn', async () => {
  await using cluster = await fakeCluster()
  leave(cluster)
  await pass(cluster)
  expect(cluster.objects('pods')).toEqual([])
  leave(cluster)
  await pass(cluster)
  expect(cluster.count('list pods')).toBe(1)
})

const LATER = new Date('2026-01-02T05:04:05Z')

test.each(['list pods', 'delete pods'])('no right to %s: silent, and not asked again', async (action) => {
  await using cluster = await fakeCluster({ requests: [forbid(action)] })
  leave(cluster)
  await pass(cluster)
  await pass(cluster, { now: LATER })
  expect(cluster.count(action)).toBe(1)
  expect(cluster.objects('pods')).toHaveLength(1)
})

test.each<[string, Deed]>([
  ['a server in trouble', refuse(503, 'ServiceUnavailable', 'etcd')],
  ['a connection that is reset', { kind: 'reset' }],
])('%s: silent, and tried again at the next turn', async (_what, does) => {
  await using cluster = await fakeCluster({ requests: [{ on: 'list pods', times: 1, does }] })
  leave(cluster)
  await pass(cluster)
  expect(cluster.objects('pods')).toHaveLength(1)
  await pass(cluster, { now: LATER })
  expect(cluster.objects('pods')).toEqual([])
})

test('a run that is over ends it, whatever the server does', async () => {
  await using cluster = await fakeCluster({ requests: [{ on: 'list pods', does: { kind: 'hang' } }] })
  const ended = new AbortController()
  void cluster.seen('list pods').then(() => ended.abort())
  await pass(cluster, { signal: ended.signal })
  expect(cluster.count('list pods')).toBe(1)
})
