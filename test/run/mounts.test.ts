import { describe, expect, test } from 'vitest'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import type { PodStatus } from '../doubles/fake-cluster/pod-status.ts'
import { exits, hangs } from '../doubles/fake-cluster/programs.ts'
import { type FakeCluster, fakeCluster } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { expectResult } from './checks.ts'
import { LARGE, Mounting } from './mounting.ts'

describe.each(['direct', 'translated', 'v4'] as const)('over %s attach', (version) => {
  test.each(['attach', 'exec'] as const)(
    'the function of the lane %s sees the tree, all of it',
    async (lane) => {
      using mounting = new Mounting()
      await using cluster = await fakeCluster({ pods: runs(mounting.lists), attach: { version } })
      const outcome = await runOn(cluster, { request: { mounts: mounting.mounts, lane } })
      if (version === 'v4' && lane === 'exec') mounting.expectNothing(cluster, outcome, 'EXEC_UNAVAILABLE')
      else mounting.expectWhole(cluster, outcome)
    },
  )

  test('6 MiB arrive', async () => {
    using mounting = new Mounting(LARGE)
    await using cluster = await fakeCluster({ pods: runs(mounting.lists), attach: { version } })
    const outcome = await runOn(cluster, { stdin: 'x', request: { mounts: mounting.mounts } })
    mounting.expectWhole(cluster, outcome)
  })
})

test('the same folder twice, and another one', async () => {
  using one = new Mounting()
  using other = new Mounting(LARGE)
  const mounts = ['/data', '/again'].flatMap((target) => one.mounts.map((mount) => ({ ...mount, target })))
  const others = other.mounts.map((mount) => ({ ...mount, target: '/other' }))
  await using cluster = await fakeCluster({
    pods: runs(async (io) => {
      for (const target of ['/data', '/again']) await one.lists({ ...io, mounted: () => io.mounted(target) })
      return other.lists({ ...io, mounted: () => io.mounted('/other') })
    }),
  })
  const outcome = await runOn(cluster, { request: { mounts: [...mounts, ...others] } })
  expectResult(cluster, outcome, { stdout: one.tree + one.tree + other.tree })
})

test("a Pod's status tells of its init container, and the function waits", async () => {
  using mounting = new Mounting()
  await using cluster = await fakeCluster({ pods: runs(mounting.lists) })
  await runOn(cluster, { request: { mounts: mounting.mounts } })
  expect(statesOf(cluster).slice(0, 5)).toEqual([
    'Pending: mounts PodInitializing, function PodInitializing',
    'Pending: mounts running, function PodInitializing',
    'Pending: mounts exit 0, function PodInitializing',
    'Running: mounts exit 0, function running',
    'Running: mounts exit 0, function exit 0',
  ])
})

describe('the receiver fails, and the function is not started', () => {
  test.each([
    [10, 'the volume for the files cannot be written'],
    [11, 'the files could not be unpacked, or did not all arrive'],
    [12, 'the end of the files did not arrive'],
    [13, 'what was unpacked is not what was sent'],
    [1, 'the receiver ended with 1 (Error)'],
    [137, 'the receiver ended with 137 (Error)'],
  ])('with exit %i', async (code, words) => {
    using mounting = new Mounting()
    const receiver = exits(code, { stderr: 'first\nlast words\n' })
    await using cluster = await fakeCluster({ pods: runs(mounting.lists, { receiver }) })
    const outcome = await runOn(cluster, { request: { mounts: mounting.mounts } })
    mounting.expectNothing(cluster, outcome, 'MOUNT_FAILED')
    expect(outcome.error?.message).toContain(`${words}: last words`)
    expect(statesOf(cluster).at(-1)).toMatch(`: mounts exit ${code}, function PodInitializing`)
  })

  test('on a full disk: its own words say so', async () => {
    using mounting = new Mounting(LARGE)
    await using cluster = await fakeCluster({ pods: runs(mounting.lists, { maxFileKib: 64 }) })
    const outcome = await runOn(cluster, { request: { mounts: mounting.mounts } })
    mounting.expectNothing(cluster, outcome, 'MOUNT_FAILED')
    expect(outcome.error?.message).toMatch(/did not all arrive: tar: .*File too large/)
  })

  test('it reads nothing: nobody waits for it until the deadline', async () => {
    using mounting = new Mounting(LARGE)
    await using cluster = await fakeCluster({ pods: runs(mounting.lists, { receiver: hangs }) })
    const outcome = await runOn(cluster, { request: { mounts: mounting.mounts }, host: { stallMs: 300 } })
    mounting.expectNothing(cluster, outcome, 'MOUNT_FAILED')
    expect(outcome.error?.message).toContain('nothing was taken for 0.3 s')
  })
})

/** What the Pod's status said, as long as it was not gone. */
function statesOf(cluster: FakeCluster): readonly string[] {
  const said = cluster.store.history.flatMap(({ object: { status } }) => {
    const { phase, initContainerStatuses = [], containerStatuses = [] } = (status ?? {}) as PodStatus
    const words = [...initContainerStatuses, ...containerStatuses].map(({ name, state }) => {
      if (state.running) return `${name} running`
      return `${name} ${state.waiting?.reason ?? `exit ${state.terminated?.exitCode ?? ''}`}`
    })
    return words.length > 0 ? [`${phase}: ${words.join(', ')}`] : []
  })
  return said.filter((line, at) => line !== said[at - 1])
}
