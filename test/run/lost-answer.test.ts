import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { cat, readAll } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

// With stdinOnce the end of an attach is an end of stdin: a function that was attached to unseen reads an empty stdin,
// and may well end with 0. kustomize would drop every resource.
describe.each(['direct', 'v4', 'translated'] as const)(
  'an attach whose answer gets lost, over %s',
  (version) => {
    test.each(['reset', 'gateway'] as const)(
      '%s: what the function made of nothing is never a success',
      async (answerLost) => {
        await using cluster = await fakeCluster({
          pods: runs(cat),
          attach: { version, answerLost, times: 1 },
        })
        const outcome = await runOn(cluster, { stdin: 'kind: ResourceList\n' })
        if (outcome.end === 'exit 0') expect(outcome.stdout.toString()).toBe('kind: ResourceList\n')
        else expectFailure(cluster, outcome, 'UNPROVEN')
      },
    )

    test('a function that takes its time over it, and can be attached to again, is no success either', async () => {
      const slowly = runs(async ({ stdin, stdout }) => {
        const input = await readAll(stdin)
        await sleep(300)
        await stdout(`${input.length} bytes\n`)
        return 0
      })
      await using cluster = await fakeCluster({
        pods: slowly,
        attach: { version, answerLost: 'reset', times: 1 },
      })
      const outcome = await runOn(cluster, { stdin: 'x'.repeat(100) })
      if (outcome.end === 'exit 0') expect(outcome.stdout.toString()).toBe('100 bytes\n')
      else expectFailure(cluster, outcome, 'UNPROVEN')
    })

    test('an empty stdin cannot be lost', async () => {
      await using cluster = await fakeCluster({
        pods: runs(cat),
        attach: { version, answerLost: 'reset', times: 1 },
      })
      expectResult(cluster, await runOn(cluster, { stdin: '' }), { stdout: '' })
    })

    test('a function without a network is run again', async () => {
      await using cluster = await fakeCluster({
        pods: runs(cat),
        attach: { version, answerLost: 'reset', times: 1 },
      })
      expectResult(cluster, await runOn(cluster, { stdin: 'hello', host: { rerun: true } }), {
        stdout: 'hello',
      })
    })
  },
)

test.each(['reset', 'gateway'] as const)(
  'over v4, where it is that of the connection with stdin (%s): what the function made of nothing is no success',
  async (answerLost) => {
    let input = 'not read'
    await using cluster = await fakeCluster({
      pods: runs(async ({ stdin, stdout }) => {
        input = (await readAll(stdin)).toString()
        await stdout('a list of nothing\n')
        return 0
      }),
      attach: { version: 'v4', answerLost, after: 1, times: 1 },
    })
    expectFailure(cluster, await runOn(cluster, { stdin: 'kind: ResourceList\n' }), 'UNPROVEN')
    expect(input).toBe('')
  },
)

// The API server has taken what it could not pass on any more, answers for it, and says `Success` in the end.
test.each([
  ['before the caller has said anything', 0, ''],
  ['between two of its words', 5, 'kind\n'],
])(
  'a node that is lost %s: a friendly status is no proof that nothing was cut',
  async (_when, lostAfter, first) => {
    await using cluster = await fakeCluster({
      pods: runs(cat),
      attach: { version: 'translated', upstreamCutAfterStdinBytes: lostAfter },
    })
    const stdin = Readable.from(
      (async function* () {
        if (first) yield Buffer.from(first)
        await sleep(1500)
        yield Buffer.from('late\n')
      })(),
    )
    const outcome = await runOn(cluster, { stdin })
    if (outcome.end === 'exit 0') expect(outcome.stdout.toString()).toBe(`${first}late\n`)
    else expectFailure(cluster, outcome, 'UNPROVEN')
  },
)

test('a function that says all it has to say before stdin ends has been there to the last', async () => {
  await using cluster = await fakeCluster({ pods: runs(cat), attach: { version: 'translated' } })
  const stdin = Readable.from(
    (async function* () {
      yield Buffer.from('early\n')
      await sleep(500)
    })(),
  )
  expectResult(cluster, await runOn(cluster, { stdin }), { stdout: 'early\n' })
})
