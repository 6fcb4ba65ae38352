import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test } from 'vitest'
import { type PodScript, runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { RUNNING, terminated } from '../doubles/fake-cluster/pod-status.ts'
import { answers, readAll } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

const LIST = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n'

interface Words {
  readonly stdout?: string
  readonly stderr?: string
}

/** It writes `early` before anybody can have attached, then lingers, and answers with `late` when stdin has ended. */
function speaksEarly(early: Words, late: Words = {}): PodScript {
  return async (pod) => {
    pod.bind()
    const hasSpoken = new Promise<void>((resolve) => {
      pod.start(async ({ stdin, stdout, stderr }) => {
        await stdout(early.stdout ?? '')
        await stderr(early.stderr ?? '')
        resolve()
        await readAll(stdin)
        await stdout(late.stdout ?? '')
        await stderr(late.stderr ?? '')
        return 0
      })
    })
    await hasSpoken
    pod.says(RUNNING)
    await pod.container?.ended
    pod.says(terminated({ exitCode: 0, reason: 'Completed' }))
  }
}

describe('what a function says before anybody is attached', () => {
  test.concurrent.each([
    ['the beginning of its list', { stdout: LIST.slice(0, 20) }, { stdout: LIST.slice(20) }, LIST, ''],
  ])('%s goes where it belongs', async (...[, early, late, stdout, stderr]) => {
    await using cluster = await fakeCluster({ pods: speaksEarly(early, late) })
    expectResult(cluster, await runOn(cluster, { stdin: 'x' }), { stdout, stderr })
  })

  test.concurrent.each([
    ['a banner on stderr', { stderr: 'hello\n' }, { stdout: LIST }],
    ['a banner on stderr, and another', { stderr: 'hello\n' }, { stdout: LIST, stderr: 'bye\n' }],
    ['text, which may be a banner', { stdout: 'one\n' }, { stdout: 'two\n' }],
    ['a banner ahead of text', { stderr: 'one\n' }, { stdout: 'two\n' }],
    ['text, while more of stderr follows', { stdout: 'text\n' }, { stderr: 'warning\n' }],
    [
      'both streams',
      { stdout: LIST.slice(0, 20), stderr: 'hello\n' },
      { stdout: LIST.slice(20), stderr: 'bye\n' },
    ],
  ])('%s cannot be told apart, and fails', async (_what, early, late) => {
    await using cluster = await fakeCluster({ pods: speaksEarly(early, late) })
    expectFailure(cluster, await runOn(cluster, { stdin: 'x' }), 'UNPROVEN')
  })

  test('without -i, all of it and its end: nothing can depend on a stdin that is empty', async () => {
    const pods = runs(async ({ stdout }) => {
      await stdout('{"argv": []}\n')
      await sleep(100)
      return 0
    })
    await using cluster = await fakeCluster({ pods })
    const request = { lane: 'attach' } as const
    const outcome = await runOn(cluster, { argv: ['--network', 'host', IMAGE], request })
    expectResult(cluster, outcome, { stdout: '{"argv": []}\n' })
  })
})

/** It has printed its list and ended before its Pod's status gives anybody a reason to dial. */
function gone(code: number): PodScript {
  return async (pod) => {
    await pod.step()
    const container = pod.start(async ({ stdout }) => {
      await stdout(LIST)
      return code
    })
    const exitCode = await container.ended
    pod.bind()
    await pod.step(50)
    pod.says(terminated({ exitCode, reason: code === 0 ? 'Completed' : 'Error' }))
  }
}

describe.each(['direct', 'translated', 'v4'] as const)(
  'a function that nobody was ever attached to, over %s',
  (version) => {
    test.concurrent('its whole output is in the log', async () => {
      await using cluster = await fakeCluster({ pods: gone(0), attach: { version } })
      expectResult(cluster, await runOn(cluster, { stdin: 'not read' }), { stdout: LIST })
    })

    test.concurrent('its own failure comes through', async () => {
      await using cluster = await fakeCluster({ pods: gone(7), attach: { version } })
      expectResult(cluster, await runOn(cluster, { stdin: 'not read' }), { exit: 7, stdout: LIST })
    })
  },
)

describe('a log that is not one', () => {
  test.each([
    'unable to retrieve container logs for containerd://0123abcd',
    'failed to try resolving symlinks in path "/var/log/pods/x/function/0.log": lstat /var/log/pods/x: no such file or directory',
  ])('"%s" comes with HTTP 200, and is never taken for output', async (says) => {
    await using cluster = await fakeCluster({ pods: runs(answers('')), log: { says } })
    expectFailure(cluster, await runOn(cluster, { stdin: 'x' }), 'UNPROVEN')
  })
})
