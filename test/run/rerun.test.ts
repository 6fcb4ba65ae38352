import { describe, expect, test } from 'vitest'
import type { AttachFaults } from '../doubles/fake-cluster/attach-faults.ts'
import type { FakeFunction } from '../doubles/fake-cluster/container.ts'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { readAll } from '../doubles/fake-cluster/programs.ts'
import { type FakeCluster, fakeCluster } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

const AGAIN = { rerun: true }

/** Says something on stderr and gives its stdin back. */
const warnThenEcho: FakeFunction = async ({ stdin, stdout, stderr }) => {
  const input = await readAll(stdin)
  await stderr('warning\n')
  await stdout(input)
  return 0
}

function podsMade(cluster: FakeCluster): number {
  return cluster.requests.filter(({ action }) => action === 'create pods').length
}

const CUTS: readonly [string, AttachFaults][] = [
  ['the stream breaks', { cutAfterBytes: 2 }],
  ['the stream ends without its status', { cutBeforeStatus: true }],
  ['the stream says Success too early', { version: 'translated', upstreamCutAfterBytes: 2 }],
]

describe('a function without a network whose output got lost', () => {
  test.each(CUTS)('%s, once: it is run again, and nobody notices', async (_what, fault) => {
    await using cluster = await fakeCluster({ pods: runs(warnThenEcho), attach: { ...fault, times: 1 } })
    const outcome = await runOn(cluster, { stdin: 'hello', host: AGAIN })
    expectResult(cluster, outcome, { stdout: 'hello', stderr: 'warning\n' })
    expect(podsMade(cluster)).toBe(2)
  })

  test.each(CUTS)('%s, twice: nothing of stdout, one reason', async (_what, fault) => {
    await using cluster = await fakeCluster({ pods: runs(warnThenEcho), attach: fault })
    const outcome = await runOn(cluster, { stdin: 'hello', host: AGAIN })
    expectFailure(cluster, outcome, 'STREAM_CUT')
    // What attach cannot prove goes to exec, which has a second chance of its own.
    expect(podsMade(cluster)).toBe(fault.version === 'translated' ? 3 : 2)
    // Nobody reads the same words twice.
    expect(outcome.stderr.match(/warning/g)?.length ?? 0).toBeLessThanOrEqual(1)
  })

  test('the first Pod is gone before the second is made', async () => {
    await using cluster = await fakeCluster({ attach: { cutBeforeStatus: true, times: 1 } })
    await runOn(cluster, { stdin: 'hello', host: AGAIN })
    const actions = cluster.requests
      .map(({ action }) => action)
      .filter((action) => /^(create|delete) pods$/.test(action))
    expect(actions).toEqual(['create pods', 'delete pods', 'create pods', 'delete pods'])
  })

  test('one that has said more than 1 MiB on stderr has been heard: it is not run again', async () => {
    const loud: FakeFunction = async ({ stdin, stderr }) => {
      await readAll(stdin)
      await stderr('x'.repeat(2 * 1024 * 1024))
      return 0
    }
    await using cluster = await fakeCluster({ pods: runs(loud), attach: { cutBeforeStatus: true, times: 1 } })
    expectFailure(cluster, await runOn(cluster, { stdin: 'hello', host: AGAIN }), 'STREAM_CUT')
    expect(podsMade(cluster)).toBe(1)
  })
})

test('a function with a network may have done something: it is never run again', async () => {
  await using cluster = await fakeCluster({ attach: { cutBeforeStatus: true, times: 1 } })
  const argv = ['-i', '--network', 'host', IMAGE]
  expectFailure(cluster, await runOn(cluster, { argv, stdin: 'hello', host: AGAIN }), 'STREAM_CUT')
  expect(podsMade(cluster)).toBe(1)
})

test("a function's own failure is a result: it is not run again", async () => {
  const fails: FakeFunction = async ({ stdin }) => {
    await readAll(stdin)
    return 3
  }
  await using cluster = await fakeCluster({ pods: runs(fails) })
  expectResult(cluster, await runOn(cluster, { stdin: 'x', host: AGAIN }), { exit: 3, stdout: '' })
  expect(podsMade(cluster)).toBe(1)
})
