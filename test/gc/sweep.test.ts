import { describe, expect, test } from 'vitest'
import { sweep } from '../../src/gc/sweep.ts'
import { refuse } from '../doubles/fake-cluster/intervention.ts'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { readAll } from '../doubles/fake-cluster/programs.ts'
import { type FakeCluster, type FakeClusterOptions, fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { expectResult } from '../run/checks.ts'
import { clientOf, leave, podNames, touch } from './garbage.ts'

async function swept(
  cluster: FakeCluster,
  options: Partial<Parameters<typeof sweep>[0]> = {},
): Promise<{ fates: readonly string[]; inUse: number }> {
  const api = clientOf(cluster)
  try {
    const { expired, inUse } = await sweep({ api, namespace: NAMESPACE, ...options })
    return { fates: expired.map(({ fate }) => fate.kind), inUse }
  } finally {
    api.close()
  }
}

describe('F17, F19: what a run left that was killed, a sweep of another process removes', () => {
  test.concurrent('the Pod, and with it the Secret that it owns, which nobody lists', async () => {
    await using cluster = await fakeCluster()
    leave(cluster, { withSecret: true })
    expect(await swept(cluster)).toEqual({ fates: ['removed'], inUse: 0 })
    expect([...cluster.objects('pods'), ...cluster.objects('secrets')]).toEqual([])
    expect(cluster.actions).toEqual(['list pods', 'delete pods'])
  })

  test.concurrent('page by page', async () => {
    await using cluster = await fakeCluster()
    const alive = leave(cluster, { ageSeconds: 0 })
    for (let left = 0; left < 520; left += 1) leave(cluster)
    const { fates, inUse } = await swept(cluster)
    expect({ fates: new Set(fates), inUse, left: podNames(cluster) }).toEqual({
      fates: new Set(['removed']),
      inUse: 1,
      left: [alive],
    })
    expect(cluster.count('list pods')).toBeGreaterThan(1)
  })

  test.concurrent('F18: a Pod that was never scheduled', async () => {
    await using cluster = await fakeCluster()
    leave(cluster)
    expect(cluster.objects('pods')[0]?.status).toBeUndefined()
    expect(await swept(cluster)).toEqual({ fates: ['removed'], inUse: 0 })
  })

  test.concurrent('a Pod that is being deleted by a node which is gone', async () => {
    await using cluster = await fakeCluster()
    leave(cluster)
    const [pod] = cluster.objects('pods')
    if (pod) touch(cluster, pod, { deletionTimestamp: '2026-01-01T00:00:00Z' })
    expect(await swept(cluster)).toEqual({ fates: ['removed'], inUse: 0 })
    expect(cluster.requests.at(-1)?.body).toMatchObject({ gracePeriodSeconds: 0 })
  })
})

describe('a sweep leaves alone', () => {
  test.concurrent.each<[string, Parameters<typeof leave>[1]]>([
    ['a Pod within its deadline', { ageSeconds: 590 }],
    ['a Pod a little after it', { ageSeconds: 650 }],
    ['a kept Pod for an hour', { ageSeconds: 3_600, kept: true }],
    [
      "a Pod within its deadline that the caller's clock calls expired",
      { ageSeconds: 60, annotations: { 'krmpod.dev/expires': '2020-01-01T00:00:00Z' } },
    ],
  ])('%s', async (_what, left) => {
    await using cluster = await fakeCluster()
    leave(cluster, left)
    expect(await swept(cluster)).toEqual({ fates: [], inUse: 1 })
    expect(cluster.objects('pods')).toHaveLength(1)
    expect(cluster.count('delete pods')).toBe(0)
  })

  test.concurrent('what only says that krmpod manages it', async () => {
    await using cluster = await fakeCluster()
    const name = leave(cluster)
    const labels = { 'app.kubernetes.io/managed-by': 'krmpod' }
    for (const pod of cluster.objects('pods')) touch(cluster, pod, { labels })
    expect(await swept(cluster)).toEqual({ fates: [], inUse: 0 })
    expect(podNames(cluster)).toEqual([name])
  })

  test.concurrent('other namespaces', async () => {
    await using cluster = await fakeCluster()
    leave(cluster)
    const other = leave(cluster, { namespace: 'other' })
    expect(await swept(cluster)).toEqual({ fates: ['removed'], inUse: 0 })
    expect(podNames(cluster)).toEqual([other])
    expect(await swept(cluster, { namespace: undefined })).toEqual({ fates: ['removed'], inUse: 0 })
    expect(podNames(cluster)).toEqual([])
  })

  test.concurrent('everything, on a dry run', async () => {
    await using cluster = await fakeCluster()
    leave(cluster)
    expect(await swept(cluster, { dryRun: true })).toEqual({ fates: ['found'], inUse: 0 })
    expect(cluster.actions).toEqual(['list pods'])
  })
})

describe('F20: two that want the same Pod', () => {
  test.concurrent('two sweeps: each Pod is removed once, and neither fails', async () => {
    await using cluster = await fakeCluster()
    for (let left = 0; left < 40; left += 1) leave(cluster)
    const both = await Promise.all([swept(cluster), swept(cluster)])
    const fates = both.flatMap((one) => one.fates)
    expect(fates.filter((fate) => fate === 'removed')).toHaveLength(40)
    expect(new Set(fates)).toEqual(new Set(fates.includes('gone') ? ['removed', 'gone'] : ['removed']))
    expect(cluster.objects('pods')).toEqual([])
  })

  /** On its way, the deletion is overtaken by something else. */
  const overtaken: FakeClusterOptions = {
    requests: [{ on: 'delete pods', does: { kind: 'delay', ms: 200 } }],
  }

  test.concurrent('a Pod that has changed since it was looked at is not what was looked at', async () => {
    await using cluster = await fakeCluster(overtaken)
    leave(cluster)
    void cluster.seen('delete pods').then(() => {
      for (const pod of cluster.objects('pods')) touch(cluster, pod, { annotations: { claimed: 'yes' } })
    })
    expect(await swept(cluster)).toEqual({ fates: ['changed'], inUse: 0 })
    expect(cluster.objects('pods')).toHaveLength(1)
  })

  test.concurrent('another Pod by the same name is another Pod', async () => {
    await using cluster = await fakeCluster(overtaken)
    leave(cluster)
    void cluster.seen('delete pods').then(() => {
      for (const pod of cluster.objects('pods')) {
        cluster.store.remove('pods', pod.metadata)
        cluster.store.create('pods', pod)
      }
    })
    expect((await swept(cluster)).fates).toEqual(['changed'])
    expect(cluster.objects('pods')).toHaveLength(1)
  })

  test.concurrent('ten runs in the midst of sweeps: every one whole', async () => {
    await using cluster = await fakeCluster({
      pods: runs(async ({ stdin, stdout }) => {
        await stdout(await readAll(stdin))
        return 0
      }),
    })
    leave(cluster)
    let isOver = false
    const sweeping = async (): Promise<string[]> => {
      const fates: string[] = []
      while (!isOver) fates.push(...(await swept(cluster)).fates)
      return fates
    }
    const sweeps = sweeping()
    const words = Array.from({ length: 10 }, (_, index) => `list ${index}\n`)
    const outcomes = await Promise.all(words.map((stdin) => runOn(cluster, { stdin })))
    isOver = true
    expect(await sweeps).toEqual(['removed'])
    for (const [index, outcome] of outcomes.entries())
      expectResult(cluster, outcome, { stdout: words[index] ?? '' })
  })
})

describe('a Pod that cannot be deleted', () => {
  test.concurrent('is told, and the others are deleted all the same', async () => {
    const does = refuse(500, 'InternalError', 'etcdserver: no leader')
    await using cluster = await fakeCluster({ requests: [{ on: 'delete pods', times: 1, does }] })
    leave(cluster)
    leave(cluster)
    expect((await swept(cluster)).fates.toSorted()).toEqual(['failed', 'removed'])
    expect(cluster.objects('pods')).toHaveLength(1)
  })

  test.concurrent('a sweep that nobody wants any more stops', async () => {
    await using cluster = await fakeCluster()
    for (let left = 0; left < 30; left += 1) leave(cluster)
    const controller = new AbortController()
    void cluster.seen('delete pods').then(() => controller.abort())
    await expect(swept(cluster, { signal: controller.signal })).rejects.toThrow('abort')
    expect(cluster.objects('pods').length).toBeGreaterThan(0)
  })
})
