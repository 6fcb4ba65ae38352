import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { RunError } from '../../src/errors/run-error.ts'
import { Trace } from '../../src/session/trace.ts'
import { type PodScript, runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { SANDBOX_READY } from '../doubles/fake-cluster/pod-status.ts'
import { answers, hangs, prints, readAll } from '../doubles/fake-cluster/programs.ts'
import { type FakeClusterOptions, fakeCluster } from '../doubles/fake-cluster.ts'
import { type Outcome, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectNothingLeft } from './checks.ts'

const SIGTERM = new RunError('INTERRUPTED', { by: 'SIGTERM' }, { exit: 143 })

/** Aborted once this has come to pass. */
function interruptedAfter(event: Promise<unknown>): AbortSignal {
  const controller = new AbortController()
  void event.then(() => controller.abort(SIGTERM))
  return controller.signal
}

const preparing: PodScript = async (pod) => {
  await pod.step()
  pod.bind()
  await pod.step()
  pod.says(SANDBOX_READY)
}

describe('an interruption ends the run with its reason, and the Pod', () => {
  test.concurrent('before anything is made', async () => {
    await using cluster = await fakeCluster()
    const outcome = await runOn(cluster, { host: { interrupted: AbortSignal.abort(SIGTERM) } })
    expectFailure(cluster, outcome, 'INTERRUPTED')
    expect(outcome.error?.exit).toBe(143)
    expect(cluster.count('create pods')).toBe(0)
  })

  const hanging = (on: string): FakeClusterOptions => ({ requests: [{ on, does: { kind: 'hang' } }] })

  test.concurrent.each([
    ['while the watch is being opened', 'watch pods', hanging('watch pods')],
    ['while policies are listed', 'list networkpolicies', hanging('list networkpolicies')],
    ['while the container starts', 'get pods/attach', { pods: preparing }],
    ['while attach is not answered', 'get pods/attach', hanging('get pods/attach')],
    [
      'while the exit code is waited for',
      'patch pods/resize',
      { ...hanging('patch pods/resize'), watch: { silentAfter: 4 } },
    ],
    ['while the log is read', 'get pods/log', hanging('get pods/log')],
  ])('%s', async (_what, action, options) => {
    await using cluster = await fakeCluster(options)
    const outcome = await runOn(cluster, {
      stdin: 'hello',
      host: { interrupted: interruptedAfter(cluster.seen(action)) },
    })
    expectFailure(cluster, outcome, 'INTERRUPTED')
    expect(outcome.error?.message).toBe('interrupted: SIGTERM')
  })

  test.concurrent('while the function runs, which has a moment to end by itself', async () => {
    let start = (): void => undefined
    const started = new Promise<void>((resolve) => (start = resolve))
    const pods = runs(async (io) => {
      await readAll(io.stdin)
      start()
      return hangs(io)
    })
    await using cluster = await fakeCluster({ pods })
    const host = { interrupted: interruptedAfter(started) }
    const outcome = await runOn(cluster, { stdin: 'hello', host, request: { stopTimeoutSeconds: 30 } })
    expect(outcome.end).toBe('INTERRUPTED')
    const deletion = cluster.requests.find(({ action }) => action === 'delete pods')
    expect(deletion?.body).toMatchObject({ gracePeriodSeconds: 2 })
  })

  test.concurrent('while the Pod is being created: one that comes to be after all is deleted, too', async () => {
    await using cluster = await fakeCluster({
      requests: [{ on: 'create pods', does: { kind: 'delay', ms: 300 } }],
    })
    const host = { interrupted: interruptedAfter(cluster.seen('create pods')) }
    expectFailure(cluster, await runOn(cluster, { host }), 'INTERRUPTED')
    const events = cluster.store.history.filter(({ resource }) => resource === 'pods')
    expect(events.map(({ type }) => type)).toContain('ADDED')
  })

  test.concurrent('while nobody takes the output any more', async () => {
    let stick = (): void => undefined
    const isStuck = new Promise<void>((resolve) => (stick = resolve))
    const stdout = new Writable({ write: () => stick() })
    await using cluster = await fakeCluster({ pods: runs(prints('abc\n', 500_000)) })
    const outcome = await runOn(cluster, { host: { stdout, interrupted: interruptedAfter(isStuck) } })
    expect(outcome.end).toBe('INTERRUPTED')
    expectNothingLeft(cluster)
  })
})

describe('the deadline ends a run in whatever phase', () => {
  test.concurrent.each([
    ['checking the network policy', { requests: [{ on: 'list networkpolicies', does: { kind: 'hang' } }] }],
    ['creating the Pod', { requests: [{ on: 'create pods', does: { kind: 'delay', ms: 2_700 } }] }],
    ['scheduling', { pods: () => Promise.resolve() }],
    ['starting the container', { pods: preparing }],
    ['running', { pods: runs(hangs) }],
    ['reading the exit code', { pods: runs(answers('x')), watch: { silentAfter: 4 } }],
    ['proving the output whole', { requests: [{ on: 'get pods/log', does: { kind: 'hang' } }] }],
  ] as const)('%s', async (phase, options) => {
    await using cluster = await fakeCluster(options)
    const outcome = await runOn(cluster, { stdin: 'hello', request: { deadlineMs: 2_500 } })
    expectFailure(cluster, outcome, 'DEADLINE')
    expect(outcome.error?.message).toContain(phase)
  })

  test.concurrent('F23: it says whose limit it was, and where the time went', async () => {
    await using cluster = await fakeCluster({ pods: runs(hangs) })
    const request = { deadlineMs: 1_500, deadlineName: "Argo CD's 90 s for a build, less 5 s" }
    const outcome = await runOn(cluster, { stdin: 'hello', request })
    expectFailure(cluster, outcome, 'DEADLINE')
    expect(outcome.error?.message).toMatch(
      /^the run did not end within Argo CD's 90 s for a build, less 5 s: .*\d s running$/,
    )
  })

  test.concurrent.each(['none', 'open'] as const)(
    'F23: a caller whose time is up already: nothing is made (network %s)',
    async (network) => {
      await using cluster = await fakeCluster()
      const outcome = await runOn(cluster, { stdin: 'hello', request: { deadlineMs: -3_000, network } })
      expectFailure(cluster, outcome, 'DEADLINE')
      expect(cluster.count('create pods')).toBe(0)
    },
  )

  test.concurrent('F18: a Pod that no node takes is deleted, and gone when one would', async () => {
    const pods: PodScript = async (pod) => {
      await sleep(1_500)
      if (!pod.deleted.aborted) await runs(hangs)(pod)
    }
    await using cluster = await fakeCluster({ pods })
    const outcome = await runOn(cluster, { stdin: 'hello', request: { deadlineMs: 800 } })
    expectFailure(cluster, outcome, 'DEADLINE')
    await sleep(1_000)
    expect(cluster.objects('pods')).toEqual([])
  })

  test.concurrent("the Pod's own deadline is what is left for the run, and a second", async () => {
    await using cluster = await fakeCluster()
    let now = 0
    const trace = new Trace(() => now)
    now = 95_500
    await runOn(cluster, { stdin: 'hello', host: { trace }, request: { deadlineMs: 100_000 } })
    const created = cluster.requests.find(({ action }) => action === 'create pods')
    expect(created?.body).toMatchObject({ spec: { activeDeadlineSeconds: 6 } })
  })

  test.concurrent('a caller who does not read stderr cannot put it off', async () => {
    const pods = runs(async ({ stdin, stderr }) => {
      await readAll(stdin)
      for (let line = 0; line < 50; line += 1) await stderr('x'.repeat(20_000))
      return 0
    })
    await using cluster = await fakeCluster({ pods })
    const stderr = new Writable({ write: () => undefined })
    const outcome = await runOn(cluster, { host: { stderr }, request: { deadlineMs: 2_500 } })
    expectFailure(cluster, outcome, 'DEADLINE')
  })
})

describe('more output than is allowed', () => {
  test.concurrent('ends the run while the function still prints', async () => {
    const pods = runs(async ({ stdout, killed }) => {
      while (!killed.aborted) await stdout('y\n'.repeat(8_000))
      return 0
    })
    await using cluster = await fakeCluster({ pods })
    const outcome = await runOn(cluster, { request: { maxOutputBytes: 1_000_000 } })
    expectFailure(cluster, outcome, 'OUTPUT_TOO_LARGE')
    expect(outcome.error?.message).toContain('1000000 bytes')
  })

  test.concurrent.each([
    ['exactly as much is let through', 100_000, 'exit 0'],
    ['one byte more is not', 100_001, 'OUTPUT_TOO_LARGE'],
  ])('%s', async (_what, bytes, end) => {
    await using cluster = await fakeCluster({ pods: runs(prints('abc\n', bytes)) })
    const outcome: Outcome = await runOn(cluster, { request: { maxOutputBytes: 100_000 } })
    expect({ end: outcome.end, printed: outcome.stdout.length }).toEqual({
      end,
      printed: end === 'exit 0' ? bytes : 0,
    })
    expectNothingLeft(cluster)
  })
})
