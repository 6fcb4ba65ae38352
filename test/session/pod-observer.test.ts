import { describe, expect, test } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { RunError } from '../../src/errors/run-error.ts'
import type { Verdict } from '../../src/result/verdict.ts'
import { apiFailure } from '../../src/session/api-failure.ts'
import { followPod } from '../../src/session/follow-pod.ts'
import { PodObserver } from '../../src/session/pod-observer.ts'
import { forbid } from '../doubles/fake-cluster/intervention.ts'
import type { PodStatus } from '../doubles/fake-cluster/pod-status.ts'
import { PENDING, RUNNING, terminated, waitingFor } from '../doubles/fake-cluster/pod-status.ts'
import { type FakeCluster, fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { credentialsFor } from '../doubles/run-on.ts'

const NAME = { namespace: NAMESPACE, name: 'krmpod-x' }
const EXITED = terminated({ exitCode: 3, reason: 'Error' })

interface Watching extends AsyncDisposable {
  readonly observer: PodObserver
  readonly opened: Promise<void>
  readonly seen: readonly Verdict[]
  readonly stop: (reason: RunError) => void
}

function watch(cluster: FakeCluster): Watching {
  const api = new ApiClient(credentialsFor(cluster))
  const controller = new AbortController()
  const seen: Verdict[] = []
  const { signal } = controller
  const observer = new PodObserver({
    container: 'function',
    signal,
    onVerdict: (verdict) => seen.push(verdict),
  })
  const opened = followPod(api, {
    ...NAME,
    signal,
    explain: (error) => apiFailure(error, { namespace: NAMESPACE, server: 'x' }),
    observers: [observer],
  })
  return {
    observer,
    opened,
    seen,
    stop: (reason) => controller.abort(reason),
    [Symbol.asyncDispose]: async () => {
      controller.abort()
      api.close()
      await Promise.resolve()
    },
  }
}

function makePod(cluster: FakeCluster, status: PodStatus): void {
  const spec = { nodeName: 'node-1', containers: [{ name: 'function', image: 'x' }] }
  cluster.store.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: NAME, spec, status })
}

function says(cluster: FakeCluster, status: PodStatus): void {
  cluster.store.update('pods', NAME, (pod) => ({ ...pod, status }))
}

const exit = (verdict: Verdict): number | undefined => (verdict.kind === 'exited' ? verdict.code : undefined)

describe('a Pod is followed', () => {
  test('from before it exists to its exit', async () => {
    await using cluster = await fakeCluster()
    await using watching = watch(cluster)
    await watching.opened
    makePod(cluster, PENDING)
    for (const status of [waitingFor('ContainerCreating'), RUNNING, EXITED]) says(cluster, status)
    expect(await watching.observer.until(exit)).toBe(3)
    expect(watching.seen.map(({ kind }) => kind)).toEqual(['waiting', 'waiting', 'running', 'exited'])
  })

  test('an exit that was seen stays true, whatever becomes of the Pod', async () => {
    await using cluster = await fakeCluster()
    await using watching = watch(cluster)
    await watching.opened
    makePod(cluster, EXITED)
    cluster.store.remove('pods', NAME)
    await expect.poll(() => watching.seen.length).toBe(2)
    expect(watching.observer.verdict).toEqual({ kind: 'exited', code: 3, reason: 'Error' })
  })

  test('until it is gone', async () => {
    await using cluster = await fakeCluster()
    await using watching = watch(cluster)
    await watching.opened
    makePod(cluster, RUNNING)
    cluster.store.remove('pods', NAME)
    await expect(watching.observer.until(exit)).rejects.toMatchObject({ code: 'POD_LOST' })
  })
})

describe('waiting', () => {
  test('for a change ends after a while, with or without one', async () => {
    await using cluster = await fakeCluster()
    await using watching = watch(cluster)
    await watching.opened
    await watching.observer.change(10)
    expect(watching.seen).toEqual([])
  })

  test('ends with the run, with its reason', async () => {
    const reason = new RunError('INTERRUPTED', { by: 'SIGINT' })
    await using cluster = await fakeCluster()
    await using watching = watch(cluster)
    await watching.opened
    const waits = [watching.observer.until(exit), watching.observer.change()]
    watching.stop(reason)
    const ended = await Promise.allSettled(waits)
    expect(ended).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ])
    await expect(watching.observer.change()).rejects.toBe(reason)
  })
})

describe('a watch that cannot be opened', () => {
  test('for lack of a right says so', async () => {
    await using cluster = await fakeCluster({ requests: [forbid('watch pods')] })
    await using watching = watch(cluster)
    await expect(watching.opened).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(watching.observer.verdict).toMatchObject({ kind: 'failed', error: { code: 'FORBIDDEN' } })
  })

  test('ends with the run', async () => {
    const reason = new RunError('INTERRUPTED', { by: 'SIGINT' })
    await using cluster = await fakeCluster({ requests: [{ on: 'watch pods', does: { kind: 'hang' } }] })
    await using watching = watch(cluster)
    await cluster.seen('watch pods')
    watching.stop(reason)
    await expect(watching.opened).rejects.toBe(reason)
  })
})
