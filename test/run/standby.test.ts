import { expect, test } from 'vitest'
import { NextTime } from '../../src/build/next-time.ts'
import { type Memory, NO_MEMORY } from '../../src/cluster/memory.ts'
import { writeProof } from '../../src/isolation/proof.ts'
import { ANNOTATIONS } from '../../src/kube/labels.ts'
import { forbid, refuse } from '../doubles/fake-cluster/intervention.ts'
import type { KubeObject } from '../doubles/fake-cluster/kube-object.ts'
import { type PodScript, runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { type PodStatus, RUNNING, terminated } from '../doubles/fake-cluster/pod-status.ts'
import { cat } from '../doubles/fake-cluster/programs.ts'
import { type FakeCluster, type FakeClusterOptions, fakeCluster } from '../doubles/fake-cluster.ts'
import { type Given, IMAGE, type Outcome, runOn } from '../doubles/run-on.ts'

const STANDBY = { size: 1, ttlMs: 60_000, longestRunMs: 600_000 }

/** Runs with one memory, as those of one caller. */
interface Caller {
  readonly run: (stdin: string, given?: Given) => Promise<Outcome>
}

function caller(cluster: FakeCluster, standby = STANDBY): Caller {
  const memory = newMemory()
  return {
    run: (stdin, { request, host, ...given } = {}) =>
      runOn(cluster, {
        stdin,
        ...given,
        request: { standby, ...request },
        host: { rerun: true, memory, ...host },
      }),
  }
}

function newMemory(): Memory {
  const known = new Map<string, string>()
  return {
    recall: (subject) => Promise.resolve(known.get(subject)),
    keep: (subject, text) => Promise.resolve(void known.set(subject, text)),
    forget: (subject) => Promise.resolve(void known.delete(subject)),
  }
}

function parkedOf(cluster: FakeCluster): readonly KubeObject[] {
  return cluster.objects('pods').filter(({ metadata }) => metadata.annotations?.[ANNOTATIONS.standby])
}

/** The parked Pod, once it runs. */
async function waiting(cluster: FakeCluster): Promise<KubeObject> {
  return new Promise((resolve) => {
    const look = (): void => {
      const running = parkedOf(cluster).find(({ status }) => status?.phase === 'Running')
      if (running) {
        stop()
        resolve(running)
      }
    }
    const stop = cluster.store.subscribe(look)
    look()
  })
}

/** A caller whose first run is over, and has left a Pod that runs. */
async function withParked(
  options: FakeClusterOptions = {},
): Promise<AsyncDisposable & { cluster: FakeCluster; first: Caller; parked: KubeObject }> {
  const cluster = await fakeCluster(options)
  const first = caller(cluster)
  expect(await first.run('one')).toMatchObject({ end: 'exit 0' })
  const parked = await waiting(cluster)
  return { cluster, first, parked, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() }
}

function expectExact(outcome: Outcome, stdout: string): void {
  expect({ ...outcome, stdout: outcome.stdout.toString() }).toMatchObject({
    end: 'exit 0',
    stdout,
    stderr: '',
  })
}

/** UIDs of all Pods that ever were, in the order in which they were made. */
function made(cluster: FakeCluster): readonly string[] {
  return cluster.store.history
    .filter(({ type, resource }) => type === 'ADDED' && resource === 'pods')
    .map(({ object }) => object.metadata.uid)
}

test('a run leaves a Pod, the next one takes it and leaves another', async () => {
  await using world = await withParked()
  const { cluster, first, parked } = world
  expect(parked.spec).toMatchObject({ activeDeadlineSeconds: 660 })
  const outcome = await first.run('two')
  expectExact(outcome, 'two')
  // Two for the first run, and one that the second has left.
  expect(made(cluster)).toHaveLength(3)
  const [next] = parkedOf(cluster)
  expect(parkedOf(cluster)).toHaveLength(1)
  expect(next?.metadata.uid).not.toBe(parked.metadata.uid)
  expect(outcome.trace.timings().map(({ phase }) => phase)).toContain('claiming a parked Pod')
})

test('runs of one build leave theirs when it is over, and together no more than there should be', async () => {
  await using cluster = await fakeCluster()
  const nextTime = new NextTime()
  const { run } = caller(cluster)
  for (const stdin of ['one', 'two']) {
    expectExact(await run(stdin, { host: { putOff: nextTime.add } }), stdin)
  }
  expect(parkedOf(cluster)).toEqual([])
  await nextTime.prepare(new AbortController().signal)
  expect(parkedOf(cluster)).toHaveLength(1)
  expect(made(cluster)).toHaveLength(3)
})

test('what is claimed says whose it is, and ends with its run', async () => {
  await using world = await withParked()
  const { cluster, first, parked } = world
  await first.run('two', { request: { deadlineMs: 30_000 } })
  const claimed = cluster.store.history.findLast(
    ({ object, type }) => type === 'MODIFIED' && object.metadata.uid === parked.metadata.uid,
  )?.object
  expect(claimed?.metadata.annotations?.[ANNOTATIONS.standby]).toBeUndefined()
  expect(claimed?.metadata.annotations?.[ANNOTATIONS.runId]).not.toBe(
    parked.metadata.annotations?.[ANNOTATIONS.runId],
  )
  const lifetime = Number(claimed?.spec?.['activeDeadlineSeconds'])
  expect(lifetime).toBeGreaterThanOrEqual(30)
  expect(lifetime).toBeLessThanOrEqual(35)
})

test('of two runs at once one takes it, and the other has a Pod of its own', async () => {
  await using world = await withParked()
  const { cluster, first } = world
  const [two, three] = await Promise.all([first.run('two'), first.run('three')])
  expectExact(two, 'two')
  expectExact(three, 'three')
  expect(cluster.count('patch pods')).toBe(2)
})

test('without standby.size nobody looks, and nobody parks', async () => {
  await using cluster = await fakeCluster()
  const { run } = caller(cluster, { ...STANDBY, size: 0 })
  await run('one')
  expectExact(await run('two'), 'two')
  expect(cluster.count('list pods')).toBe(0)
  expect(cluster.objects('pods')).toEqual([])
})

test('no more than standby.size are parked', async () => {
  await using cluster = await fakeCluster()
  const { run } = caller(cluster, { ...STANDBY, size: 2 })
  await Promise.all([run('a'), run('b'), run('c')])
  await run('d')
  await run('e')
  // Runs at the same moment may each have seen room for one.
  expect(parkedOf(cluster).length).toBeGreaterThanOrEqual(2)
  expect(parkedOf(cluster).length).toBeLessThanOrEqual(3)
})

test.each<[string, Given]>([
  ['with a network', { argv: ['-i', IMAGE] }],
  ['without a stdin', { argv: ['--network', 'none', IMAGE], request: { lane: 'attach' } }],
  ['by a name', { argv: ['-i', '--network', 'none', '--name', 'mine', IMAGE] }],
  ['with a value of the caller', { argv: ['-i', '--network', 'none', '-e', 'A', IMAGE], env: { A: 'x' } }],
  ['that is always pulled', { argv: ['-i', '--network', 'none', '--pull', 'always', IMAGE] }],
  ['in the exec lane', { request: { lane: 'exec' } }],
  ['that is not run again', { host: { rerun: false } }],
])('a run %s leaves none', async (_what, given) => {
  await using cluster = await fakeCluster()
  await caller(cluster).run('one', given)
  expect(parkedOf(cluster)).toEqual([])
  expect(cluster.objects('pods').filter(({ metadata }) => !metadata.deletionTimestamp)).toEqual([])
})

test.each<[string, Given]>([
  ['another variable', { argv: ['-i', '--network', 'none', '-e', 'A=b', IMAGE] }],
  ['another user', { argv: ['-i', '--network', 'none', '-u', '1000', IMAGE] }],
  ['other words', { argv: ['-i', '--network', 'none', IMAGE, 'word'] }],
  ['another limit', { argv: ['-i', '--network', 'none', '-m', '2g', IMAGE] }],
])('a run with %s leaves it alone', async (_what, given) => {
  await using world = await withParked()
  const { cluster, first, parked } = world
  expectExact(await first.run('two', given), 'two')
  expect(cluster.count('patch pods')).toBe(0)
  expect(parkedOf(cluster).map(({ metadata }) => metadata.uid)).toContain(parked.metadata.uid)
})

const other = (change: (pod: KubeObject) => KubeObject) => change
const inStatus = (status: object) =>
  other((pod) => ({ ...pod, status: { ...pod.status, ...status } as PodStatus }))
const inContainer = (state: object) =>
  other((pod) => {
    const containerStatuses = pod.status?.containerStatuses?.map((one) => ({ ...one, ...state })) ?? []
    return { ...pod, status: { ...pod.status, containerStatuses } as PodStatus }
  })

test.each<[string, boolean, (pod: KubeObject) => KubeObject]>([
  [
    'has one more field in its spec',
    true,
    other((pod) => ({ ...pod, spec: { ...pod.spec, hostNetwork: true } })),
  ],
  [
    'has another container',
    true,
    other((pod) => ({ ...pod, spec: { ...pod.spec, initContainers: [{ name: 'x' }] } })),
  ],
  [
    'has other labels',
    true,
    other((pod) => ({
      ...pod,
      metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, 'krmpod.dev/network': 'open' } },
    })),
  ],
  [
    'asks for one more network',
    true,
    other((pod) => ({
      ...pod,
      metadata: {
        ...pod.metadata,
        annotations: { ...pod.metadata.annotations, 'k8s.v1.cni.cncf.io/networks': 'office' },
      },
    })),
  ],
  [
    'has one label more',
    true,
    other((pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, a: 'b' } } })),
  ],
  [
    'has another annotation',
    true,
    other((pod) => {
      const annotations = { ...pod.metadata.annotations, 'sidecar.istio.io/inject': 'true' }
      return { ...pod, metadata: { ...pod.metadata, annotations } }
    }),
  ],
  [
    'belongs to somebody',
    true,
    other((pod) => ({ ...pod, metadata: { ...pod.metadata, ownerReferences: [{ uid: 'somebody' }] } })),
  ],
  ['was looked into', false, inStatus({ ephemeralContainerStatuses: [{ name: 'debugger' }] })],
  ['was restarted', false, inContainer({ restartCount: 1 })],
  ['runs another image', false, inContainer({ imageID: `ghcr.io/acme/evil@sha256:${'6'.repeat(64)}` })],
  ['runs no known image', false, inContainer({ imageID: '' })],
])('a Pod by its key that %s gets nothing, and is removed', async (_what, isLasting, change) => {
  await using world = await withParked()
  const { cluster, first, parked } = world
  cluster.store.update('pods', parked.metadata, change)
  expectExact(await first.run('two'), 'two')
  expect(cluster.objects('pods').map(({ metadata }) => metadata.uid)).not.toContain(parked.metadata.uid)
  const attached = cluster.requests.filter(({ action }) => action === 'get pods/attach').length
  expect(attached).toBeGreaterThan(0)
  // It was given nothing: a Pod was made for this run, and none for the next where that would be the same again.
  expect(made(cluster)).toHaveLength(isLasting ? 3 : 4)
})

test.each<[string, (pod: KubeObject) => KubeObject]>([
  [
    'has not got enough time left',
    other((pod) => ({ ...pod, spec: { ...pod.spec, activeDeadlineSeconds: 20 } })),
  ],
  [
    'is too old',
    other((pod) => ({ ...pod, metadata: { ...pod.metadata, creationTimestamp: '2026-01-01T00:00:00Z' } })),
  ],
  ['is of no age', other((pod) => ({ ...pod, metadata: { ...pod.metadata, creationTimestamp: '' } }))],
  [
    'is being deleted',
    other((pod) => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-11-22T00:00:00Z' } })),
  ],
  ['has ended', inStatus({ phase: 'Succeeded' })],
  ['does not run', inContainer({ state: { waiting: { reason: 'CrashLoopBackOff' } } })],
])('a parked Pod that %s is not claimed', async (_what, change) => {
  await using world = await withParked()
  const { cluster, first, parked } = world
  cluster.store.update('pods', parked.metadata, change)
  expectExact(await first.run('two'), 'two')
  expect(cluster.count('patch pods')).toBe(0)
})

test('a parked function that has ended by itself, and nobody has noticed, is no result', async () => {
  let pods = 0
  const script: PodScript = async (pod) => {
    pods += 1
    if (pods !== 2) return runs(cat)(pod)
    await pod.prepare()
    // It gives up waiting, and says nothing: with exit 0, that would be "no resources".
    const container = pod.start(() => Promise.resolve(0))
    pod.says(RUNNING)
    await container.ended
    await pod.relisted(60_000)
    pod.says(terminated({ exitCode: 0, reason: 'Completed' }))
  }
  await using world = await withParked({ pods: script })
  const { cluster, first, parked } = world
  expectExact(await first.run('two'), 'two')
  expect(cluster.objects('pods').map(({ metadata }) => metadata.uid)).not.toContain(parked.metadata.uid)
})

test('a claimed Pod whose stream breaks is followed by a fresh one', async () => {
  await using world = await withParked({ attach: { cutAfterBytes: 1, after: 1, times: 1 } })
  const { cluster, first } = world
  expectExact(await first.run('two'), 'two')
  expect(made(cluster)).toHaveLength(4)
})

test('a claim whose answer is lost leaves no Pod behind', async () => {
  await using world = await withParked({
    requests: [{ on: 'patch pods', does: { kind: 'resetAfter' } }],
  })
  const { cluster, first, parked } = world
  expectExact(await first.run('two'), 'two')
  expect(cluster.objects('pods').map(({ metadata }) => metadata.uid)).not.toContain(parked.metadata.uid)
})

test('a claim that is not allowed, or a look, makes no difference', async () => {
  await using world = await withParked({ requests: [forbid('patch pods')] })
  const { first } = world
  expectExact(await first.run('two'), 'two')
  await using other = await fakeCluster({ requests: [forbid('list pods')] })
  const hints: string[] = []
  expectExact(await caller(other).run('one', { host: { onHint: (text) => hints.push(text) } }), 'one')
  expect(parkedOf(other)).toEqual([])
  expect(hints).toContainEqual(expect.stringMatching(/^standby\.size: pods is forbidden/))
})

test("a Pod that cannot be parked is nobody's trouble", async () => {
  await using cluster = await fakeCluster({
    requests: [{ on: 'create pods', after: 1, does: refuse(500, 'InternalError', 'no') }],
  })
  expectExact(await caller(cluster).run('one'), 'one')
  expect(cluster.objects('pods').filter(({ metadata }) => !metadata.deletionTimestamp)).toEqual([])
})

test('where the quota is full, parked Pods give way', async () => {
  const full = refuse(403, 'Forbidden', 'pods "x" is forbidden: exceeded quota: functions')
  await using world = await withParked({
    requests: [{ on: 'create pods', after: 2, times: 1, does: full }],
  })
  const { cluster, first, parked } = world
  // Another function, which nobody waits for.
  expectExact(await first.run('two', { argv: ['-i', '--network', 'none', IMAGE, 'word'] }), 'two')
  expect(cluster.objects('pods').map(({ metadata }) => metadata.uid)).not.toContain(parked.metadata.uid)
})

test('where a new Pod has a network for a moment, a parked one is given nothing, and no other is parked', async () => {
  const gapMs = 3_600_000 * 24 * 400
  await using world = await withParked()
  const { cluster, first, parked } = world
  const [policy] = cluster.objects('networkpolicies')
  if (!policy) throw new Error('a run makes one')
  const proof = writeProof({
    result: 'enforced',
    at: new Date(),
    nodes: [],
    gapMs,
    generation: 1,
    uid: policy.metadata.uid,
  })
  cluster.store.update('networkpolicies', policy.metadata, (it) => ({
    ...it,
    metadata: { ...it.metadata, annotations: proof },
  }))
  // A fresh one has its gate.
  expectExact(await first.run('two'), 'two')
  expect(made(cluster)).toHaveLength(3)
  expect(cluster.objects('pods').map(({ metadata }) => metadata.uid)).not.toContain(parked.metadata.uid)
})

test('a parked Pod that has a finalizer is left alone', async () => {
  await using world = await withParked()
  const { cluster, first, parked } = world
  cluster.store.update('pods', parked.metadata, (pod) => ({
    ...pod,
    metadata: { ...pod.metadata, finalizers: ['example.com/keep'] },
  }))
  expectExact(await first.run('two'), 'two')
  expect(cluster.count('patch pods')).toBe(0)
})

test('one that does not go away keeps nobody from a fresh one', async () => {
  await using world = await withParked({
    requests: [{ on: 'delete pods', after: 1, times: 1, does: { kind: 'hang' } }],
  })
  const { cluster, first, parked } = world
  cluster.store.update('pods', parked.metadata, inContainer({ restartCount: 1 }))
  expectExact(await first.run('two'), 'two')
})

test('one that is older than the policy that keeps it off the network is given nothing', async () => {
  await using world = await withParked()
  const { cluster, first, parked } = world
  const [policy] = cluster.objects('networkpolicies')
  if (!policy) throw new Error('a run makes one')
  cluster.store.update('networkpolicies', policy.metadata, (it) => ({
    ...it,
    metadata: { ...it.metadata, creationTimestamp: new Date(Date.now() + 60_000).toISOString() },
  }))
  expectExact(await first.run('two'), 'two')
  expect(cluster.objects('pods').map(({ metadata }) => metadata.uid)).not.toContain(parked.metadata.uid)
})

test('where nothing is remembered, nothing is parked', async () => {
  await using cluster = await fakeCluster()
  expectExact(await caller(cluster).run('one', { host: { memory: NO_MEMORY } }), 'one')
  expect(parkedOf(cluster)).toEqual([])
})

test('a function that does not wait is not parked again and again', async () => {
  await using world = await withParked()
  const { cluster, first, parked } = world
  cluster.store.update('pods', parked.metadata, inStatus({ phase: 'Succeeded' }))
  await first.run('two')
  await first.run('three')
  expect(parkedOf(cluster)).toHaveLength(1)
})

test('where a full quota is that of parked Pods, a function with a network gets their room, too', async () => {
  const full = refuse(403, 'Forbidden', 'pods "x" is forbidden: exceeded quota: functions')
  await using world = await withParked({ requests: [{ on: 'create pods', after: 2, times: 1, does: full }] })
  const { cluster, first, parked } = world
  expectExact(await first.run('two', { argv: ['-i', IMAGE] }), 'two')
  expect(cluster.objects('pods').map(({ metadata }) => metadata.uid)).not.toContain(parked.metadata.uid)
})
