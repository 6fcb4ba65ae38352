import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { FakeFunction } from '../doubles/fake-cluster/container.ts'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { readAll } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { expectNothingLeft } from './checks.ts'

function broken(): Writable {
  const stderr = new Writable({
    write: (_chunk, _encoding, done) => {
      setTimeout(() => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })), 5)
    },
  })
  stderr.on('error', () => undefined)
  return stderr
}

const loud: FakeFunction = async ({ stdin, stdout, stderr }) => {
  const input = await readAll(stdin)
  for (let line = 0; line < 20; line += 1) await stderr('x'.repeat(20_000))
  await sleep(100)
  await stdout(input)
  return 0
}

describe.each([false, true])('a stderr that nobody reads any more (rerun: %s)', (rerun) => {
  test('is no reason to end a run, nor to make another Pod', async () => {
    await using cluster = await fakeCluster({ pods: runs(loud) })
    const outcome = await runOn(cluster, { stdin: 'hello', host: { stderr: broken(), rerun } })
    expect({ end: outcome.end, stdout: outcome.stdout.toString() }).toEqual({
      end: 'exit 0',
      stdout: 'hello',
    })
    await sleep(500)
    expect(cluster.count('create pods')).toBe(1)
    expectNothingLeft(cluster)
  })
})
