import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AttachFaults } from '../doubles/fake-cluster/attach-faults.ts'
import { type PodScript, runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { ARCHIVE_BYTES, BOUNDARIES, BROKEN_ENDS, broken, randomPlaces } from './broken-upload.ts'
import { LARGE, Mounting } from './mounting.ts'

const SPDY = { spdyFromBytes: 0 }
const AGAIN = { ...SPDY, rerun: true }
const STALLED = { ...SPDY, stallMs: 300 }
const LAST_OF_TREE = BOUNDARIES.at(-2) ?? 0

test.each(['direct', 'translated', 'v4'] as const)(
  'where attach is %s, SPDY is passed on all the same',
  async (version) => {
    await using run = await broken({ version }, SPDY)
    run.mounting.expectWhole(run.cluster, run.outcome)
    expect(run.cluster.bySpdy).toBe(1)
  },
)

test('6 MiB arrive', async () => {
  using mounting = new Mounting(LARGE)
  await using cluster = await fakeCluster({ pods: runs(mounting.lists) })
  mounting.expectWhole(cluster, await runOn(cluster, { request: { mounts: mounting.mounts }, host: SPDY }))
  expect(cluster.bySpdy).toBe(1)
})

test('a little goes over a WebSocket', async () => {
  await using run = await broken({})
  run.mounting.expectWhole(run.cluster, run.outcome)
  expect(run.cluster.bySpdy).toBe(0)
})

describe('where SPDY is not known, a WebSocket is next', () => {
  test.concurrent.each([400, 403, 502, 'silent'] as const)('%s', { timeout: 30_000 }, async (spdy) => {
    await using run = await broken({ spdy }, SPDY)
    run.mounting.expectWhole(run.cluster, run.outcome)
    expect(run.cluster.bySpdy).toBe(0)
  })
})

describe('a container that starts late', () => {
  const late: PodScript = async (pod) => {
    await pod.prepare()
    await pod.step(500)
    await pod.run((io) => mounting.lists(io))
  }
  let mounting: Mounting
  beforeEach(() => {
    mounting = new Mounting()
  })
  afterEach(() => {
    mounting[Symbol.dispose]()
  })

  test.each<[string, AttachFaults, number]>([
    ['is waited for, and SPDY keeps its chance', {}, 1],
    [
      'is waited for over a WebSocket, whose server does not ask it first',
      { version: 'translated', spdy: 502, answerMs: 60 },
      0,
    ],
  ])('%s', async (_what, attach, bySpdy) => {
    await using cluster = await fakeCluster({ pods: late, attach })
    mounting.expectWhole(cluster, await runOn(cluster, { request: { mounts: mounting.mounts }, host: SPDY }))
    expect(cluster.bySpdy).toBe(bySpdy)
  })
})

test('the end of a receiver is waited for longer than its stream', async () => {
  using mounting = new Mounting()
  await using cluster = await fakeCluster({ pods: runs(mounting.lists), watch: { lagMs: 1_800 } })
  const outcome = await runOn(cluster, { request: { mounts: mounting.mounts, nudge: false }, host: SPDY })
  mounting.expectWhole(cluster, outcome)
})

describe('cut, the function never starts on a part of the tree', () => {
  test.concurrent.each([...BOUNDARIES, ...randomPlaces(8, ARCHIVE_BYTES)])('after byte %i', async (at) => {
    await using run = await broken({ cutAfterStdinBytes: at }, SPDY)
    run.mounting.expectWholeOrNothing(run.cluster, run.outcome)
  })

  test('once: a pure function is run again, over a WebSocket', async () => {
    await using run = await broken({ cutAfterStdinBytes: 5_000, times: 1 }, AGAIN)
    run.mounting.expectWhole(run.cluster, run.outcome)
    expect(run.cluster.count('create pods')).toBe(2)
    expect(run.cluster.bySpdy).toBe(1)
  })
})

test.concurrent.each(randomPlaces(24, LAST_OF_TREE))(
  'with byte %i changed, the function never starts on what is not the tree',
  async (at) => {
    await using run = await broken({ changesStdinAt: at }, SPDY)
    run.mounting.expectWholeOrNothing(run.cluster, run.outcome)
  },
)

describe('a connection that stands still is given up', () => {
  test.concurrent.each([0, 5_000])('after byte %i', async (at) => {
    await using run = await broken({ stallsAfterStdinBytes: at }, STALLED)
    run.mounting.expectNothing(run.cluster, run.outcome, 'MOUNT_FAILED')
    expect(run.outcome.error?.message).toContain('nothing was taken')
  })

  test('a slow one is not', async () => {
    using mounting = new Mounting(LARGE)
    const faults = { container: 'mounts', msForEachMessage: 8 } as const
    await using cluster = await fakeCluster({ pods: runs(mounting.lists), attach: faults })
    const outcome = await runOn(cluster, { request: { mounts: mounting.mounts }, host: STALLED })
    mounting.expectWhole(cluster, outcome)
    expect(cluster.bySpdy).toBe(1)
  })
})

describe('what comes of the rest does not matter once the receiver has ended well', () => {
  test.concurrent.each(BROKEN_ENDS)('%s', async (_what, faults) => {
    await using run = await broken(faults, { ...SPDY, stallMs: 5_000 })
    run.mounting.expectWhole(run.cluster, run.outcome)
  })
})

test.concurrent.each(['reset', 'gateway'] as const)(
  'an attach whose answer is lost (%s) has no streams yet, and a WebSocket is next',
  async (answerLost) => {
    await using run = await broken({ answerLost, times: 1 }, SPDY)
    run.mounting.expectWhole(run.cluster, run.outcome)
    expect(run.cluster.count('create pods')).toBe(1)
  },
)
