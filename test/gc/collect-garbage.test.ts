import { expect, test } from 'vitest'
import { collectGarbage } from '../../src/gc/collect-garbage.ts'
import { gcReport } from '../../src/gc/report.ts'
import type { SweepResult } from '../../src/gc/sweep.ts'
import { forbid, refuse } from '../doubles/fake-cluster/intervention.ts'
import { type FakeCluster, fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { clientOf, leave, touch } from './garbage.ts'

async function collected(
  cluster: FakeCluster,
  options: Partial<Parameters<typeof collectGarbage>[0]> = {},
): Promise<ReturnType<typeof gcReport>> {
  const api = clientOf(cluster)
  try {
    return gcReport(await collectGarbage({ api, namespace: NAMESPACE, dryRun: false, ...options }))
  } finally {
    api.close()
  }
}

test('says what it deleted, and why it could', async () => {
  await using cluster = await fakeCluster()
  const name = leave(cluster)
  const kept = leave(cluster, { ageSeconds: 2 * 3_600 + 90, kept: true })
  leave(cluster, { ageSeconds: 5 })
  const { stdout, stderr } = await collected(cluster)
  expect({ lines: new Set(stdout.split('\n')), stderr }).toEqual({
    lines: new Set([
      `pod/${name} in default: expired 49m ago: deleted`,
      `pod/${kept} in default: expired 51m ago, was kept by --keep: deleted`,
      '2 expired Pods deleted, 1 that may be in use left alone.',
      '',
    ]),
    stderr: '',
  })
})

test('nothing to do is fine', async () => {
  await using cluster = await fakeCluster()
  const stdout = '0 expired Pods deleted, 0 that may be in use left alone.\n'
  expect(await collected(cluster)).toEqual({ stdout, stderr: '' })
})

test('--dry-run says what would be', async () => {
  await using cluster = await fakeCluster()
  const name = leave(cluster)
  const { stdout } = await collected(cluster, { dryRun: true })
  expect(stdout).toBe(
    `pod/${name} in default: expired 49m ago: would be deleted\n1 expired Pod would be deleted, 0 that may be in use left alone.\n`,
  )
  expect(cluster.objects('pods')).toHaveLength(1)
})

test('what changed is looked at once more', async () => {
  const requests = [{ on: 'delete pods', times: 1, does: { kind: 'delay', ms: 200 } as const }]
  await using cluster = await fakeCluster({ requests })
  leave(cluster)
  void cluster.seen('delete pods').then(() => {
    for (const pod of cluster.objects('pods')) touch(cluster, pod, {})
  })
  expect((await collected(cluster)).stdout).toContain('1 expired Pod deleted')
  expect(cluster.objects('pods')).toEqual([])
})

test.each([
  ['list pods', NAMESPACE, 'not allowed to list pods in namespace default: '],
  ['list pods', undefined, 'not allowed to list pods in all namespaces: '],
  ['delete pods', NAMESPACE, 'not allowed to delete pods in namespace default: '],
])('no right to %s in %s', async (action, namespace, message) => {
  await using cluster = await fakeCluster({ requests: [forbid(action)] })
  leave(cluster)
  await expect(collected(cluster, { namespace })).rejects.toMatchObject({
    code: 'GC_FORBIDDEN',
    exit: 125,
    message: expect.stringContaining(message) as unknown,
  })
})

test('a Pod that cannot be deleted is told on stderr', async () => {
  const does = refuse(500, 'InternalError', 'etcdserver: no leader')
  await using cluster = await fakeCluster({ requests: [{ on: 'delete pods', does }] })
  const name = leave(cluster)
  expect(await collected(cluster)).toEqual({
    stdout: '0 expired Pods deleted, 0 that may be in use left alone.\n',
    stderr: `pod/${name} in default: expired 49m ago: could not be deleted: etcdserver: no leader\n`,
  })
})

test.each([
  [0, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [7_199_000, '119m'],
  [7_200_000, '2h'],
  [172_800_000, '2d'],
])('%d ms is written %s', (expiredForMs, words) => {
  const pod = { namespace: 'n', name: 'p', uid: 'u', resourceVersion: '1', expiredForMs, kept: false }
  const result: SweepResult = { expired: [{ pod, fate: { kind: 'removed' } }], inUse: 0 }
  expect(gcReport(result).stdout).toContain(`expired ${words} ago`)
})
