import { describe, expect, test } from 'vitest'
import { type PodScript, runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { disrupted, SANDBOX_READY } from '../doubles/fake-cluster/pod-status.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import {
  ARCHIVE_BYTES,
  BOUNDARIES,
  BROKEN_ENDS,
  broken,
  brokenPacked,
  PACKED_BYTES,
  randomPlaces,
} from './broken-upload.ts'
import { LARGE, Mounting } from './mounting.ts'

const AGAIN = { rerun: true }
const STALLED = { stallMs: 300 }

test('the places of cuts are those of members', () => {
  expect(BOUNDARIES.length).toBeGreaterThan(15)
})

describe('cut, the function never starts on a part of the tree', () => {
  test.concurrent.each([...BOUNDARIES, ...randomPlaces(8, ARCHIVE_BYTES)])('after byte %i', async (at) => {
    await using run = await broken({ cutAfterStdinBytes: at })
    run.mounting.expectWholeOrNothing(run.cluster, run.outcome)
  })

  test.concurrent.each(randomPlaces(6, BOUNDARIES.at(-2) ?? 0))(
    'behind an API server that takes the rest, after byte %i',
    async (at) => {
      await using run = await broken({ version: 'translated', upstreamCutAfterStdinBytes: at })
      run.mounting.expectNothing(run.cluster, run.outcome, 'MOUNT_FAILED')
    },
  )

  test.concurrent.each(randomPlaces(4, BOUNDARIES.at(-2) ?? 0))('over v4, after byte %i', async (at) => {
    await using run = await broken({ version: 'v4', cutAfterStdinBytes: at })
    run.mounting.expectNothing(run.cluster, run.outcome, 'MOUNT_FAILED')
  })

  test('over v4, where the close overtakes the last message', async () => {
    await using run = await broken({ version: 'v4', closeOvertakesStdin: true })
    run.mounting.expectWhole(run.cluster, run.outcome)
  })
})

test.concurrent.each(randomPlaces(24, BOUNDARIES.at(-2) ?? 0))(
  'with byte %i changed, the function never starts on what is not the tree',
  async (at) => {
    await using run = await broken({ changesStdinAt: at })
    run.mounting.expectWholeOrNothing(run.cluster, run.outcome)
  },
)

describe('of a tree that is packed', () => {
  test.concurrent.each(randomPlaces(8, PACKED_BYTES))(
    'cut after byte %i, the function is never started',
    async (at) => {
      await using run = await brokenPacked({ cutAfterStdinBytes: at })
      run.mounting.expectNothing(run.cluster, run.outcome, 'MOUNT_FAILED')
    },
  )

  test.concurrent.each(randomPlaces(4, PACKED_BYTES))(
    'cut behind an API server that takes the rest, after byte %i, neither',
    async (at) => {
      await using run = await brokenPacked({ version: 'translated', upstreamCutAfterStdinBytes: at })
      run.mounting.expectNothing(run.cluster, run.outcome, 'MOUNT_FAILED')
    },
  )

  test.concurrent.each(randomPlaces(4, PACKED_BYTES))('cut over v4, after byte %i, neither', async (at) => {
    await using run = await brokenPacked({ version: 'v4', cutAfterStdinBytes: at })
    run.mounting.expectNothing(run.cluster, run.outcome, 'MOUNT_FAILED')
  })

  test.concurrent.each(randomPlaces(16, PACKED_BYTES))(
    'with byte %i changed, it is not started on what is not the tree',
    async (at) => {
      await using run = await brokenPacked({ changesStdinAt: at })
      run.mounting.expectWholeOrNothing(run.cluster, run.outcome)
    },
  )

  test('cut once, a pure function is run again', async () => {
    await using run = await brokenPacked({ cutAfterStdinBytes: 5_000, times: 1 }, AGAIN)
    run.mounting.expectWhole(run.cluster, run.outcome)
    expect(run.cluster.count('create pods')).toBe(2)
  })

  test('standing still, it is given up', async () => {
    await using run = await brokenPacked({ stallsAfterStdinBytes: 5_000 }, STALLED)
    run.mounting.expectNothing(run.cluster, run.outcome, 'MOUNT_FAILED')
    expect(run.outcome.error?.message).toContain('nothing was taken')
  })
})

describe('a connection that stands still is given up', () => {
  test.concurrent.each([
    ['direct', 0],
    ['direct', 5_000],
    ['translated', 700],
    ['v4', 0],
    ['v4', 5_000],
  ] as const)('%s, after byte %i', async (version, at) => {
    await using run = await broken({ version, stallsAfterStdinBytes: at }, STALLED)
    run.mounting.expectNothing(run.cluster, run.outcome, 'MOUNT_FAILED')
    expect(run.outcome.error?.message).toContain('nothing was taken')
  })

  test('once, and a pure function is run again', async () => {
    await using run = await broken({ stallsAfterStdinBytes: 5_000, times: 1 }, { ...STALLED, ...AGAIN })
    run.mounting.expectWhole(run.cluster, run.outcome)
    expect(run.cluster.count('create pods')).toBe(2)
  })

  test.concurrent.each(['direct', 'v4'] as const)('a slow one is not: %s', async (version) => {
    using mounting = new Mounting(LARGE)
    const faults = { container: 'mounts', version, msForEachMessage: 8 } as const
    await using cluster = await fakeCluster({ pods: runs(mounting.lists), attach: faults })
    const outcome = await runOn(cluster, { request: { mounts: mounting.mounts }, host: STALLED })
    mounting.expectWhole(cluster, outcome)
  })
})

describe('what comes of the rest does not matter once the receiver has ended well', () => {
  test.concurrent.each(BROKEN_ENDS)('%s', async (_what, faults) => {
    await using run = await broken(faults, { stallMs: 5_000 })
    run.mounting.expectWhole(run.cluster, run.outcome)
  })
})

describe('an attach whose answer is lost has taken stdin with it', () => {
  test.concurrent.each(['reset', 'gateway'] as const)('%s', async (answerLost) => {
    await using run = await broken({ answerLost, times: 1 })
    run.mounting.expectNothing(run.cluster, run.outcome, 'MOUNT_FAILED')
  })

  test.concurrent.each(['reset', 'gateway'] as const)(
    '%s: a pure function is run again',
    async (answerLost) => {
      await using run = await broken({ answerLost, times: 1 }, AGAIN)
      run.mounting.expectWhole(run.cluster, run.outcome)
    },
  )
})

test('an attach that is reset before it reaches the node is made again', async () => {
  using mounting = new Mounting()
  const requests = [{ on: 'get pods/attach', times: 2, does: { kind: 'reset' } as const }]
  await using cluster = await fakeCluster({ pods: runs(mounting.lists), requests })
  mounting.expectWhole(cluster, await runOn(cluster, { request: { mounts: mounting.mounts } }))
})

test('an API server that is slow to say that there is nothing yet is asked again', async () => {
  using mounting = new Mounting()
  const pods: PodScript = async (pod) => {
    await pod.prepare()
    await pod.step(600)
    await pod.run(mounting.lists)
  }
  await using cluster = await fakeCluster({ pods, attach: { version: 'translated', answerMs: 250 } })
  mounting.expectWhole(cluster, await runOn(cluster, { request: { mounts: mounting.mounts } }))
})

describe('a cut upload', () => {
  const cut = { cutAfterStdinBytes: 5_000 }

  test('once: a pure function is run again, and nobody notices', async () => {
    await using run = await broken({ ...cut, times: 1 }, AGAIN)
    run.mounting.expectWhole(run.cluster, run.outcome)
    expect(run.cluster.count('create pods')).toBe(2)
  })

  test('twice: one reason', async () => {
    await using run = await broken(cut, AGAIN)
    run.mounting.expectNothing(run.cluster, run.outcome, 'MOUNT_FAILED')
    expect(run.cluster.count('create pods')).toBe(2)
  })

  test('of a function with a network: it is not run again', async () => {
    using mounting = new Mounting()
    const attach = { container: 'mounts', ...cut, times: 1 } as const
    await using cluster = await fakeCluster({ pods: runs(mounting.lists), attach })
    const argv = ['-i', '--network', 'host', IMAGE]
    const host = { ...AGAIN, packUploads: false } as const
    const outcome = await runOn(cluster, { argv, request: { mounts: mounting.mounts }, host })
    mounting.expectNothing(cluster, outcome, 'MOUNT_FAILED')
    expect(cluster.count('create pods')).toBe(1)
  })
})

test('the node goes away in the middle', async () => {
  using mounting = new Mounting(LARGE)
  const pods: PodScript = async (pod) => {
    await pod.prepare()
    void pod.run(mounting.lists)
    await pod.step(200)
    pod.says(disrupted('DeletionByTaintManager', 'the node is gone', SANDBOX_READY))
  }
  const attach = { container: 'mounts', stallsAfterStdinBytes: 100_000 } as const
  await using cluster = await fakeCluster({ pods, attach })
  const outcome = await runOn(cluster, { request: { mounts: mounting.mounts } })
  mounting.expectNothing(cluster, outcome, 'POD_LOST')
})
