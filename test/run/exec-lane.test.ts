import { describe, expect, test } from 'vitest'
import type { Memory } from '../../src/cluster/memory.ts'
import type { AttachFaults } from '../doubles/fake-cluster/attach-faults.ts'
import type { FakeFunction } from '../doubles/fake-cluster/container.ts'
import type { Intervention } from '../doubles/fake-cluster/intervention.ts'
import { type PodScript, runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { IMAGE_DIGEST, RUNNING, terminated, waitingFor } from '../doubles/fake-cluster/pod-status.ts'
import { cat, exits, readAll } from '../doubles/fake-cluster/programs.ts'
import { type FakeCluster, type FakeClusterOptions, fakeCluster } from '../doubles/fake-cluster.ts'
import { IMAGE, type Outcome, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

const EXEC = { lane: 'exec' } as const
const OPEN = ['-i', '--network', 'host', IMAGE]

function lanes(cluster: FakeCluster): readonly unknown[] {
  return cluster.requests
    .filter(({ action }) => action === 'create pods')
    .map(
      ({ body }) =>
        (body as { metadata: { labels: Record<string, string> } }).metadata.labels['krmpod.dev/lane'],
    )
}

/** As the one on disk. */
function memory(): Memory & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    recall: (subject) => Promise.resolve(kept.get(subject)),
    keep: (subject, text) => Promise.resolve(void kept.set(subject, text)),
    forget: (subject) => Promise.resolve(void kept.delete(subject)),
  }
}

/** Text on stdout and words on stderr before it looks at its stdin: nobody can tell these apart in a log. */
const early: FakeFunction = async ({ stdin, stdout, stderr }) => {
  await stdout('out\n')
  await stderr('err\n')
  const input = await readAll(stdin)
  await stdout(input)
  return 0
}

/** In the attach lane the container runs for a while before anybody can attach. */
const speaksEarly: PodScript = async (pod) => {
  if (pod.isWaiting) return runs(early)(pod)
  pod.bind()
  const hasSpoken = new Promise<void>((resolve) => {
    pod.start(async (io) => {
      const code = early(io)
      setTimeout(resolve, 20)
      return code
    })
  })
  await hasSpoken
  pod.says(RUNNING)
  await pod.container?.ended
  pod.says(terminated({ exitCode: 0, reason: 'Completed' }))
}

describe('a function that is started by exec', () => {
  test.each<[string, FakeFunction, { exit?: number; stdout: string; stderr?: string }]>([
    ['gives its stdin back', cat, { stdout: 'hello' }],
    ['fails', exits(3, { stdout: 'out', stderr: 'err' }), { exit: 3, stdout: 'out', stderr: 'err' }],
    ['speaks before it listens', early, { stdout: 'out\nhello', stderr: 'err\n' }],
    ['says nothing', exits(0), { stdout: '' }],
  ])('%s', async (_what, program, expected) => {
    await using cluster = await fakeCluster({ pods: runs(program) })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello', request: EXEC }), expected)
    expect(cluster.count('get pods/log') + cluster.count('get pods/attach')).toBe(0)
  })

  test('1 MiB of every byte, in and out', async () => {
    const bytes = Buffer.from(Array.from({ length: 1024 * 1024 }, (_, index) => index % 256))
    await using cluster = await fakeCluster()
    expectResult(cluster, await runOn(cluster, { stdin: bytes, request: EXEC }), { stdout: bytes })
  })

  test('on a server that upgrades first and asks then', async () => {
    await using cluster = await fakeCluster({ attach: { version: 'translated' } })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello', request: EXEC }), { stdout: 'hello' })
  })
})

/** Of a marker. The first stands before stdout. */
const MARKER_BYTES = 38

const CUTS: readonly [string, AttachFaults][] = [
  ['the stream breaks before the function', { cutAfterBytes: 2 }],
  ['the stream breaks', { cutAfterBytes: MARKER_BYTES + 2 }],
  ['the stream breaks in the marker', { cutAfterBytes: MARKER_BYTES + 20 }],
  ['the stream breaks before the other marker', { cutAfterBytes: MARKER_BYTES + 5 + MARKER_BYTES }],
  ['the stream says Success too early', { version: 'translated', upstreamCutAfterBytes: MARKER_BYTES + 2 }],
  [
    'the stream says Success in the marker',
    { version: 'translated', upstreamCutAfterBytes: MARKER_BYTES + 40 },
  ],
  ['stdin is cut', { cutAfterStdinBytes: 2 }],
  ['the answer is lost', { answerLost: 'reset' }],
  ['the answer is lost at a gateway', { answerLost: 'gateway' }],
]

describe('without both of its end markers nothing is whole', () => {
  test.each(CUTS)('%s: nothing of stdout, one reason', async (_what, attach) => {
    await using cluster = await fakeCluster({ attach })
    expectFailure(cluster, await runOn(cluster, { argv: OPEN, stdin: 'hello', request: EXEC }), 'STREAM_CUT')
    expect(lanes(cluster)).toEqual(['exec'])
    expect(cluster.count('get pods/exec')).toBeLessThanOrEqual(40)
  })

  test.each(CUTS)('%s, once: a pure function is started again, in a new Pod', async (_what, attach) => {
    await using cluster = await fakeCluster({ attach: { ...attach, times: 1 } })
    const outcome = await runOn(cluster, { stdin: 'hello', request: EXEC, host: { rerun: true } })
    expectResult(cluster, outcome, { stdout: 'hello' })
    expect(lanes(cluster)).toEqual(['exec', 'exec'])
  })
})

describe('an image that speaks before anybody can attach', () => {
  test('is run again by exec, and remembered by its digest', async () => {
    const known = memory()
    await using cluster = await fakeCluster({ pods: speaksEarly })
    const host = { rerun: true, memory: known }
    expectResult(cluster, await runOn(cluster, { stdin: 'x', host }), { stdout: 'out\nx', stderr: 'err\n' })
    expect(lanes(cluster)).toEqual(['attach', 'exec'])
    expectResult(cluster, await runOn(cluster, { stdin: 'y', host }), { stdout: 'out\ny', stderr: 'err\n' })
    expect(lanes(cluster)).toEqual(['attach', 'exec', 'exec'])
    expect([...known.kept]).toContainEqual([`speaks early ${IMAGE_DIGEST}`, 'yes'])
  })

  test('and has a network fails once, and is remembered', async () => {
    const known = memory()
    await using cluster = await fakeCluster({ pods: speaksEarly })
    const given = { argv: OPEN, stdin: 'x', host: { rerun: true, memory: known } }
    expectFailure(cluster, await runOn(cluster, given), 'UNPROVEN')
    expectResult(cluster, await runOn(cluster, given), { stdout: 'out\nx', stderr: 'err\n' })
    expect(lanes(cluster)).toEqual(['attach', 'exec'])
  })

  test('but must not be run by exec is not', async () => {
    await using cluster = await fakeCluster({ pods: speaksEarly })
    const given = { stdin: 'x', host: { rerun: true }, request: { lane: 'attach' } as const }
    expectFailure(cluster, await runOn(cluster, given), 'UNPROVEN')
    expect(lanes(cluster)).toEqual(['attach', 'attach'])
  })
})

const NO_RIGHT: Intervention = {
  on: 'get pods/exec',
  does: { kind: 'refuse', code: 403, reason: 'Forbidden', message: 'pods "x" is forbidden' },
}

describe('where exec cannot be used', () => {
  async function remembered(cluster: FakeCluster, given: Parameters<typeof runOn>[1] = {}): Promise<Outcome> {
    const known = memory()
    known.kept.set(`speaks early ${IMAGE_DIGEST}`, 'yes').set(`digest of ${IMAGE}`, IMAGE_DIGEST)
    const { host, ...rest } = given
    return runOn(cluster, { argv: OPEN, stdin: 'x', ...rest, host: { memory: known, ...host } })
  }

  test('no right: attach is tried, since nothing has run', async () => {
    await using cluster = await fakeCluster({ requests: [NO_RIGHT] })
    expectResult(cluster, await remembered(cluster), { stdout: 'x' })
    expect(lanes(cluster)).toEqual(['exec', 'attach'])
  })

  test('no registry: the same', async () => {
    await using cluster = await fakeCluster()
    const host = { imageConfig: () => Promise.reject(new Error('ghcr.io answered 401')) }
    expectResult(cluster, await remembered(cluster, { host }), { stdout: 'x' })
    expect(lanes(cluster)).toEqual(['exec', 'attach'])
  })

  test('a program that env would take for a variable: the same', async () => {
    await using cluster = await fakeCluster()
    const argv = ['-i', '--network', 'host', '-e', 'c.d=1', '--entrypoint', 'a=b', IMAGE]
    expectResult(cluster, await remembered(cluster, { argv }), { stdout: 'x' })
    expect(lanes(cluster)).toEqual(['exec', 'attach'])
  })

  test('a server that knows only v4: the same', async () => {
    await using cluster = await fakeCluster({ attach: { version: 'v4' } })
    expectResult(cluster, await remembered(cluster), { stdout: 'x' })
    expect(lanes(cluster)).toEqual(['exec', 'attach'])
  })

  test.each<[string, FakeClusterOptions, string]>([
    ['no right', { requests: [NO_RIGHT] }, 'pods "x" is forbidden'],
    [
      'v4 only',
      { attach: { version: 'v4' } },
      'HTTP 403 to v5.channel.k8s.io, which Kubernetes speaks since 1.30',
    ],
  ])('by wish, the reason is told: %s', async (...[, options, reason]) => {
    await using cluster = await fakeCluster(options)
    const outcome = await runOn(cluster, { stdin: 'x', request: EXEC })
    expectFailure(cluster, outcome, 'EXEC_UNAVAILABLE')
    expect(outcome.error?.message).toContain(reason)
  })

  test('a doubt stays the reason, and says why nothing was done about it', async () => {
    await using cluster = await fakeCluster({ pods: speaksEarly, requests: [NO_RIGHT] })
    const outcome = await runOn(cluster, { stdin: 'x', host: { rerun: true } })
    expectFailure(cluster, outcome, 'UNPROVEN')
    expect(outcome.error?.notes.join()).toContain('the exec lane cannot be used')
  })
})

const NO_VOLUME_TYPE: Intervention = {
  on: 'create pods',
  times: 1,
  does: {
    kind: 'refuse',
    code: 422,
    reason: 'Invalid',
    message: 'Pod "x" is invalid: spec.volumes[0]: Required value: must specify a volume type',
  },
}

describe('where there are no image volumes', () => {
  const helpers = (cluster: FakeCluster): readonly boolean[] =>
    cluster.requests
      .filter(({ action }) => action === 'create pods')
      .map(({ body }) => 'initContainers' in (body as { spec: object }).spec)

  test('the helper is copied, and the next run knows', async () => {
    const known = memory()
    await using cluster = await fakeCluster({ requests: [NO_VOLUME_TYPE] })
    const given = { argv: OPEN, stdin: 'x', request: EXEC, host: { memory: known } }
    expectResult(cluster, await runOn(cluster, given), { stdout: 'x' })
    expectResult(cluster, await runOn(cluster, given), { stdout: 'x' })
    expect(helpers(cluster)).toEqual([false, true, true])
  })

  test('and only the node finds out: the same', async () => {
    let pods = 0
    const script: PodScript = async (pod) => {
      pods += 1
      if (pods > 1) return runs(cat)(pod)
      pod.bind()
      await pod.step()
      pod.says(waitingFor('CreateContainerError', 'failed to generate container: invalid mount: no image'))
    }
    await using cluster = await fakeCluster({ pods: script })
    expectResult(cluster, await runOn(cluster, { stdin: 'x', request: EXEC }), { stdout: 'x' })
    expect(helpers(cluster)).toEqual([false, true])
  })
})
