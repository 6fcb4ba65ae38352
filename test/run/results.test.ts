import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { FakeFunction } from '../doubles/fake-cluster/container.ts'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { RUNNING, terminated } from '../doubles/fake-cluster/pod-status.ts'
import { cat, echo, exits, printAll, readAll } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import { expectResult } from './checks.ts'

const EVERY_BYTE = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  Buffer.from('\r\r\n\r\nend'),
])

describe.each(['direct', 'translated', 'v4'] as const)('over %s attach', (version) => {
  test.concurrent.each([
    ['a line', Buffer.from('hello\n')],
    ['no byte', Buffer.alloc(0)],
    ['one newline', Buffer.from('\n')],
    ['every byte, CRLF, no final newline', EVERY_BYTE],
    ['a line of 100 KiB', Buffer.alloc(100 * 1024, 'x')],
    ['300 KiB of noise', randomBytes(300 * 1024)],
    ['3 MiB of noise', randomBytes(3 * 1024 * 1024)],
  ])('%s comes through', async (_what, input) => {
    await using cluster = await fakeCluster({ pods: runs(echo), attach: { version } })
    expectResult(cluster, await runOn(cluster, { stdin: input }), { stdout: input })
  })

  test.concurrent.each([1, 3, 125, 126, 137, 255])('exit %i comes through with all output', async (exit) => {
    const pods = runs(exits(exit, { stdout: 'kind: ResourceList\n', stderr: 'it objects\n' }))
    await using cluster = await fakeCluster({ pods, attach: { version } })
    expectResult(cluster, await runOn(cluster, { stdin: 'x' }), {
      exit,
      stdout: 'kind: ResourceList\n',
      stderr: 'it objects\n',
    })
  })
})

const talkative: FakeFunction = async ({ stdin, stdout, stderr }) => {
  const input = await readAll(stdin)
  for (let line = 0; line < 200; line += 1) {
    await stdout(`out ${line}\n`)
    await stderr(`err ${line}\n`)
  }
  await stdout(input)
  return 0
}

test.concurrent('stdout and stderr in turns are told apart', async () => {
  await using cluster = await fakeCluster({ pods: runs(talkative) })
  const lines = (name: string): string =>
    Array.from({ length: 200 }, (_, line) => `${name} ${line}\n`).join('')
  expectResult(cluster, await runOn(cluster, { stdin: 'end' }), {
    stdout: `${lines('out')}end`,
    stderr: lines('err'),
  })
})

test.concurrent('both streams with the same 2 MiB of noise', async () => {
  const noise = randomBytes(2 * 1024 * 1024)
  const noisy: FakeFunction = async ({ stdin, stdout, stderr }) => {
    await readAll(stdin)
    await Promise.all([printAll(stdout, noise), printAll(stderr, noise)])
    return 0
  }
  await using cluster = await fakeCluster({ pods: runs(noisy) })
  const outcome = await runOn(cluster, { stdin: 'x' })
  expect(outcome).toMatchObject({ end: 'exit 0', error: undefined })
  expect(outcome.stdout.equals(noise)).toBe(true)
})

test.concurrent('without -i the function reads an empty stdin, whatever the caller has', async () => {
  await using cluster = await fakeCluster({ pods: runs(cat) })
  expectResult(cluster, await runOn(cluster, { argv: ['--network', 'host', IMAGE], stdin: 'not for it' }), {
    stdout: '',
  })
})

test.concurrent('a stream that is not attached is drained and dropped', async () => {
  const pods = runs(exits(0, { stdout: 'out', stderr: 'err' }))
  await using cluster = await fakeCluster({ pods })
  const argv = ['-a', 'STDERR', '--network', 'host', IMAGE]
  expectResult(cluster, await runOn(cluster, { argv }), { stdout: '', stderr: 'err' })
})

test.concurrent('an OOM kill is a result, and named', async () => {
  await using cluster = await fakeCluster({
    pods: async (pod) => {
      await pod.prepare()
      const container = pod.start(exits(137))
      pod.says(RUNNING)
      await container.ended
      pod.says(terminated({ exitCode: 137, reason: 'OOMKilled' }))
    },
  })
  expectResult(cluster, await runOn(cluster, { stdin: 'x' }), { exit: 137, stdout: '' })
})

test('what the settings took away is said once, whoever calls', async () => {
  await using cluster = await fakeCluster()
  const request = { notices: ['env.allow does not list A\x1b[2J: not passed on'] }
  const outcome = await runOn(cluster, { stdin: 'hello', request })
  expect(outcome.stdout.toString()).toBe('hello')
  expect(outcome.stderr).toMatch(/^docker: warning: env\.allow does not list A[^\x1b]*\n$/)
})
