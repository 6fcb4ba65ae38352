import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { forbid, refuse } from '../doubles/fake-cluster/intervention.ts'
import { type PodScript, runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { RUNNING, SANDBOX_READY, terminated, waitingFor } from '../doubles/fake-cluster/pod-status.ts'
import { answers, cat, echo, readAll } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

/** The container starts so much later than its sandbox. */
function startsAfter(ms: number): PodScript {
  return async (pod) => {
    await pod.prepare()
    await pod.step(ms)
    await pod.run(echo)
  }
}

describe('a container that does not run yet', () => {
  test.concurrent.each(['direct', 'translated', 'v4'] as const)(
    'is dialled again, over %s',
    async (version) => {
      await using cluster = await fakeCluster({ pods: startsAfter(150), attach: { version } })
      expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
      expect(cluster.count('get pods/attach')).toBeGreaterThan(1)
    },
  )

  test.concurrent('is not dialled before its sandbox is ready', async () => {
    const slowSandbox: PodScript = async (pod) => {
      await pod.step()
      pod.bind()
      await pod.step(300)
      expect(cluster.count('get pods/attach')).toBe(0)
      pod.says(SANDBOX_READY)
      await pod.run(echo)
    }
    await using cluster = await fakeCluster({ pods: slowSandbox })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })

  test.concurrent.each(['direct', 'translated', 'v4'] as const)(
    'is dialled at most 40 times, over %s',
    async (version) => {
      // As many changes of its status as there are dials, and more.
      const busy: PodScript = async (pod) => {
        await pod.prepare()
        for (let change = 0; change < 100; change += 1) {
          pod.says(waitingFor('ImagePullBackOff', `Back-off pulling image: i/o timeout (${change})`))
          await pod.step(20)
        }
        await pod.run(echo)
      }
      await using cluster = await fakeCluster({ pods: busy, attach: { version } })
      expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
    },
  )

  test.concurrent('that runs, and cannot be attached to, fails after 40 dials with the last answer', async () => {
    const changing: PodScript = async (pod) => {
      await pod.prepare()
      pod.start(cat)
      while (!pod.deleted.aborted) {
        await pod.step(10)
        pod.says(RUNNING)
      }
    }
    const never = { on: 'get pods/attach', does: refuse(503, 'ServiceUnavailable', 'no tunnel to the node') }
    await using cluster = await fakeCluster({ pods: changing, requests: [never] })
    const outcome = await runOn(cluster, { stdin: 'hello', host: { rerun: true } })
    expectFailure(cluster, outcome, 'STREAM_CUT')
    expect(outcome.error?.message).toContain('40 attempts: no tunnel to the node')
    expect(cluster.count('get pods/attach')).toBe(40)
  })
})

test.concurrent('two Pods of one run share its 40 dials', async () => {
  const never: PodScript = async (pod) => {
    await pod.prepare()
    while (!pod.deleted.aborted) {
      await pod.step(10)
      pod.says(RUNNING)
    }
  }
  let pods = 0
  await using cluster = await fakeCluster({
    pods: (pod) => (++pods === 1 ? startsAfter(150)(pod) : never(pod)),
    attach: { cutAfterBytes: 2, times: 1 },
  })
  expectFailure(cluster, await runOn(cluster, { stdin: 'hello', host: { rerun: true } }), 'STREAM_CUT')
  expect(pods).toBe(2)
  expect(cluster.count('get pods/attach')).toBe(40)
})

describe('a false open (1.30 to 1.35)', () => {
  test.concurrent.each([
    ['told at once', 1],
    ['told within the pause', 30],
    ['told later than most', 120],
  ])('%s', async (_what, answerMs) => {
    const attach = { version: 'translated', answerMs } as const
    await using cluster = await fakeCluster({ pods: startsAfter(400), attach })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })

  test.concurrent('that is told after stdin was sent, by a reset, never ends in a guess', async () => {
    const attach = { version: 'translated', answerMs: 400 } as const
    await using cluster = await fakeCluster({ pods: startsAfter(600), attach })
    expectFailure(cluster, await runOn(cluster, { stdin: 'hello' }), 'UNPROVEN')
  })
})

describe('a connection that breaks while stdin is on its way', () => {
  const list = (input: Buffer): string =>
    `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig: {bytes: ${input.length}}\n`
  /** Attach works long before the Pod's status says that the container runs. */
  const seenLate: PodScript = async (pod) => {
    await pod.prepare()
    await pod.step(80)
    await pod.run(
      async ({ stdin, stdout }) => {
        const input = await readAll(stdin)
        await sleep(40)
        await stdout(list(input))
        return 0
      },
      { seenAfterMs: 400 },
    )
  }

  test.concurrent.each(['direct', 'translated', 'v4'] as const)(
    'is no false open, over %s, though the Pod does not seem to run yet',
    async (version) => {
      const attach = { version, times: 1, cutAfterStdinBytes: 10 }
      await using cluster = await fakeCluster({ pods: seenLate, attach })
      const outcome = await runOn(cluster, { stdin: 'x'.repeat(100) })
      expect(outcome.stdout.toString()).toBe(outcome.end === 'exit 0' ? list(Buffer.alloc(100)) : '')
    },
  )
})

describe('trouble with attach requests', () => {
  test.concurrent.each([
    ['429', refuse(429, 'TooManyRequests', 'too many requests')],
    ['500', refuse(500, 'InternalError', 'error dialing backend: dial tcp 10.0.0.1:10250: i/o timeout')],
    ['503', refuse(503, 'ServiceUnavailable', 'apiserver not ready')],
    ['a reset connection', { kind: 'reset' } as const],
    ['a node that has not seen the Pod', refuse(404, 'NotFound', 'pod does not exist')],
  ])('%s, three times, is waited for', async (_what, does) => {
    await using cluster = await fakeCluster({
      requests: [{ on: 'get pods/attach', times: 3, does }],
      pods: startsAfter(50),
    })
    // Some of these leave open whether the node was reached, and so whether stdin has ended unseen.
    expectResult(cluster, await runOn(cluster, { stdin: 'hello', host: { rerun: true } }), {
      stdout: 'hello',
    })
  })

  test.concurrent.each([
    ['no right to attach', forbid('get pods/attach'), 'FORBIDDEN'],
    ['401', { on: 'get pods/attach', does: refuse(401, 'Unauthorized', 'Unauthorized') }, 'UNAUTHORIZED'],
    [
      'no such subresource',
      {
        on: 'get pods/attach',
        does: refuse(404, 'NotFound', 'the server could not find the requested resource'),
      },
      'API_REJECTED',
    ],
  ] as const)('%s is final', async (_what, intervention, code) => {
    await using cluster = await fakeCluster({ requests: [intervention] })
    expectFailure(cluster, await runOn(cluster, { stdin: 'hello' }), code)
  })

  test.concurrent('over v4, the second connection is dialled again', async () => {
    const busy = {
      on: 'get pods/attach',
      after: 2,
      times: 2,
      does: refuse(503, 'ServiceUnavailable', 'busy'),
    }
    const pods = startsAfter(20)
    await using cluster = await fakeCluster({ pods, attach: { version: 'v4' }, requests: [busy] })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello', request: { deadlineMs: 10_000 } }), {
      stdout: 'hello',
    })
  })

  test.concurrent('over v4, the end of stdin does not overtake its last piece', async () => {
    await using cluster = await fakeCluster({ attach: { version: 'v4', closeOvertakesStdin: true } })
    const stdin = randomBytes(100_000)
    expectResult(cluster, await runOn(cluster, { stdin }), { stdout: stdin })
  })

  test.concurrent('over v4, a function that has ended before its second connection was not given half of its stdin', async () => {
    // One is refused, because the container does not run yet; the next one is the reader's.
    const late = { on: 'get pods/attach', after: 2, does: { kind: 'delay', ms: 300 } } as const
    await using cluster = await fakeCluster({
      pods: async (pod) => {
        await pod.prepare()
        await cluster.seen('get pods/attach', 1)
        const container = pod.start(async ({ stdout }) => {
          await cluster.seen('get pods/attach', 3)
          await stdout('not about its stdin\n')
          return 0
        })
        const exitCode = await container.ended
        await pod.step(50)
        pod.says(terminated({ exitCode, reason: 'Completed' }))
      },
      attach: { version: 'v4' },
      requests: [late],
    })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'not about its stdin\n' })
  })

  test.concurrent('over v4, a second connection that is refused for good ends the run', async () => {
    const never = { ...forbid('get pods/attach'), after: 1 }
    await using cluster = await fakeCluster({
      pods: async (pod) => {
        await pod.prepare()
        pod.start(answers('x'))
      },
      attach: { version: 'v4' },
      requests: [never],
    })
    const outcome = await runOn(cluster, { stdin: 'hello', request: { deadlineMs: 10_000 } })
    expect(outcome.end).toMatch(/STREAM_CUT|FORBIDDEN/)
    expect(outcome.stdout.length).toBe(0)
  })
})

test.concurrent('a function that ends before anybody could attach: all its output is in the log', async () => {
  await using cluster = await fakeCluster({
    pods: runs(({ stdout }) =>
      stdout('apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n').then(() => 0),
    ),
  })
  expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), {
    stdout: 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n',
  })
})
