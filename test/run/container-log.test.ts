import { describe, expect, test, vi } from 'vitest'
import type { FakeFunction } from '../doubles/fake-cluster/container.ts'
import { forbid, refuse } from '../doubles/fake-cluster/intervention.ts'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { answers, echo, exits, printAll, prints, readAll } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

const BIG = Buffer.from(Array.from({ length: 150_000 }, (_, line) => `line ${line}\n`).join(''))

describe('the log is asked again', () => {
  test.concurrent.each([
    ['behind by a byte', { ms: 60, bytes: 1 }, 'hello\n'],
    ['still empty', { ms: 60, bytes: 1e9 }, 'hello\n'],
    ['behind for longer', { ms: 300, bytes: 3 }, 'hello\n'],
    ['behind at the end of 1.5 MiB', { ms: 60, bytes: 100 }, BIG],
  ])('when it is %s', async (_what, lag, output) => {
    await using cluster = await fakeCluster({ pods: runs(answers(output)), log: { lag } })
    expectResult(cluster, await runOn(cluster, { stdin: 'x' }), { stdout: output })
  })

  test.concurrent.each([
    ['429', refuse(429, 'TooManyRequests', 'too many requests')],
    ['500', refuse(500, 'InternalError', 'etcdserver: leader changed')],
    ['a reset connection', { kind: 'reset' } as const],
  ])('after %s', async (_what, does) => {
    await using cluster = await fakeCluster({ requests: [{ on: 'get pods/log', times: 2, does }] })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })
})

test('its beginning is read in time, though the node is late to notice that the container runs', async () => {
  const half = BIG.length / 2
  const asked = (): number => cluster.count('get pods/log')
  const program: FakeFunction = async ({ stdin, stdout }) => {
    await readAll(stdin)
    await printAll(stdout, BIG.subarray(0, half))
    await vi.waitUntil(() => asked() > 0, { timeout: 10_000 })
    await printAll(stdout, BIG.subarray(half))
    return 0
  }
  await using cluster = await fakeCluster({
    pods: async (pod) => {
      await pod.prepare()
      await pod.run(program, { seenAfterMs: 300 })
    },
    log: { rotateAfterBytes: half + 100_000 },
  })
  expectResult(cluster, await runOn(cluster, { stdin: 'x' }), { stdout: BIG })
})

describe('without a log there is no proof', () => {
  test.concurrent('no right to read it: the missing right is named', async () => {
    await using cluster = await fakeCluster({ requests: [forbid('get pods/log')] })
    const outcome = await runOn(cluster, { stdin: 'hello' })
    expectFailure(cluster, outcome, 'FORBIDDEN')
    expect(outcome.error?.message).toContain('not allowed to get pods/log')
  })

  test.concurrent.each([
    ['it stays behind', { lag: { ms: 60_000, bytes: 1 } }, 'hello\n'],
    ['it stays empty', { lag: { ms: 60_000, bytes: 1e9 } }, 'hello\n'],
    ['its beginning was rotated away', { rotateAfterBytes: 20_000 }, BIG.subarray(0, 50_000)],
    ['its beginning was rotated away, of 1.5 MiB', { rotateAfterBytes: 200_000 }, BIG],
    ['it is not a log', { says: 'unable to retrieve container logs for containerd://0123' }, 'hello\n'],
  ])('%s', async (_what, log, output) => {
    await using cluster = await fakeCluster({ pods: runs(answers(output)), log })
    expectFailure(cluster, await runOn(cluster, { stdin: 'x' }), 'UNPROVEN')
  })

  test.concurrent('nor for a failing function: its exit code is named', async () => {
    const pods = runs(exits(3, { stdout: 'partial' }))
    await using cluster = await fakeCluster({ pods, log: { lag: { ms: 60_000, bytes: 1 } } })
    const outcome = await runOn(cluster, { stdin: 'x' })
    expectFailure(cluster, outcome, 'UNPROVEN')
    expect(outcome.error?.message).toContain('(the function exited 3)')
  })

  test.concurrent('proof: off does without', async () => {
    await using cluster = await fakeCluster({ requests: [forbid('get pods/log')] })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello', request: { proof: false } }), {
      stdout: 'hello',
    })
    expect(cluster.count('get pods/log')).toBe(0)
  })
})

describe('output that repeats itself', () => {
  const LINE = `${'0'.repeat(63)}\n`

  test.concurrent.each(['direct', 'translated', 'v4'] as const)(
    'comes through whole over %s',
    async (version) => {
      await using cluster = await fakeCluster({ pods: runs(prints(LINE, 2_000_064)), attach: { version } })
      expectResult(cluster, await runOn(cluster, { stdin: 'x' }), { stdout: Buffer.alloc(2_000_064, LINE) })
    },
  )

  test.concurrent('a piece of it that is missing at the end does not go unseen', async () => {
    const pods = runs(prints(LINE, 12_000_000))
    await using cluster = await fakeCluster({ pods, attach: { upstreamCutAfterBytes: 11_000_000 } })
    expectFailure(cluster, await runOn(cluster, { stdin: 'x' }), 'UNPROVEN')
  })
})

test.concurrent('a translator that lost the node says Success: what the function printed after that is missed', async () => {
  await using cluster = await fakeCluster({ pods: runs(echo), attach: { upstreamCutAfterBytes: 266_000 } })
  const outcome = await runOn(cluster, { stdin: BIG })
  expectFailure(cluster, outcome, 'UNPROVEN')
  expect(outcome.error?.message).toContain('bytes that did not arrive')
})
