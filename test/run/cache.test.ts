import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clearResults, resultsIn } from '../../src/cache/inventory.ts'
import { RunError } from '../../src/errors/run-error.ts'
import type { RunRequest } from '../../src/request/run-request.ts'
import { Trace } from '../../src/session/trace.ts'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { RUNNING, terminated } from '../doubles/fake-cluster/pod-status.ts'
import { echo, exits } from '../doubles/fake-cluster/programs.ts'
import { type FakeCluster, fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { type Given, type Outcome, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'
import { Mounting } from './mounting.ts'

const DIGEST = `sha256:${'a1'.repeat(32)}`
const PINNED = `ghcr.io/acme/fn@${DIGEST}`
const ARGV = ['-i', '--network', 'none', PINNED]
const MIB = 1024 * 1024

let home = ''
let dir = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'krmpod-cache-'))
  dir = join(home, 'results')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function cachedRun(cluster: FakeCluster, given: Given = {}): Promise<Outcome> {
  return runOn(cluster, { argv: ARGV, stdin: 'in', cache: { dir, maxBytes: MIB }, ...given })
}

/** The same call twice: how often it made a Pod. */
async function podsOfTwo(cluster: FakeCluster, given: Given = {}, again: Given = given): Promise<number> {
  const before = cluster.count('create pods')
  const [one, other] = [await cachedRun(cluster, given), await cachedRun(cluster, again)]
  expect([one.error?.message, other.error?.message]).toEqual([undefined, undefined])
  return cluster.count('create pods') - before
}

function kept(): readonly string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

describe('a hit', () => {
  test('makes no request at all, and gives the caller what the run gave', async () => {
    const pods = runs(exits(0, { stdout: 'kind: ResourceList\n', stderr: 'warned\n' }))
    await using cluster = await fakeCluster({ pods })
    expectResult(cluster, await cachedRun(cluster), { stdout: 'kind: ResourceList\n', stderr: 'warned\n' })
    const { requests, connections } = cluster
    const before = requests.length
    const hit = await cachedRun(cluster)
    expectResult(cluster, hit, { stdout: 'kind: ResourceList\n', stderr: 'warned\n' })
    expect(hit.notes).toEqual([expect.stringMatching(/^cache: hit: [a-f0-9]{64}$/)])
    expect(requests.length).toBe(before)
    expect(cluster.connections).toBeLessThanOrEqual(connections)
    expect(hit.trace.timings().map(({ phase }) => phase)).toEqual(['connecting', 'looking for a kept result'])
  })

  test('of 3 MiB with every byte is the same, byte for byte', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    const stdin = Buffer.from(Array.from({ length: 3 * MIB }, (_, at) => (at * 7 + (at >> 8)) % 256))
    const given = { stdin, cache: { dir, maxBytes: 8 * MIB } }
    await cachedRun(cluster, given)
    const hit = await cachedRun(cluster, given)
    expect(hit.stdout.equals(stdin)).toBe(true)
    expect(cluster.count('create pods')).toBe(1)
  })

  test('says to a caller that attaches to less no more than a run would', async () => {
    await using cluster = await fakeCluster({ pods: runs(exits(0, { stdout: 'out', stderr: 'err' })) })
    await cachedRun(cluster)
    const only = (stream: string): Promise<Outcome> =>
      cachedRun(cluster, { argv: ['-i', '-a', 'STDIN', '-a', stream, '--network', 'none', PINNED] })
    const [out, err] = [await only('STDOUT'), await only('STDERR')]
    expect([out.stdout.toString(), out.stderr]).toEqual(['out', ''])
    expect([err.stdout.toString(), err.stderr]).toEqual(['', 'err'])
    expect(cluster.count('create pods')).toBe(1)
  })

  test('repeats what every run says first', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    const given = { request: { notices: ['env.allow does not list A: not passed on'] } }
    const [run, hit] = [await cachedRun(cluster, given), await cachedRun(cluster, given)]
    expect(hit.stderr).toBe('docker: warning: env.allow does not list A: not passed on\n')
    expect(hit.stderr).toBe(run.stderr)
    expect(cluster.count('create pods')).toBe(1)
  })

  test('to a stdout that nobody reads ends as a run would', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    await cachedRun(cluster)
    const interrupted = AbortSignal.abort(new RunError('INTERRUPTED', { by: 'nobody reads stdout' }))
    expectFailure(cluster, await cachedRun(cluster, { host: { interrupted } }), 'INTERRUPTED')
  })
})

describe('of a call that bin/from-cache.sh has named, a hit', () => {
  const CALL = 'c0'.repeat(32)
  const named = (given: Given = {}): Given => ({ ...given, cache: { dir, maxBytes: MIB, call: CALL } })
  const answers = (): readonly string[] => kept().filter((name) => name.startsWith(CALL))

  test('keeps what it printed, under its name and digest', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    await cachedRun(cluster, named())
    expect(answers(), 'a run keeps none').toEqual([])
    await cachedRun(cluster, named())
    const digest = createHash('sha256').update('in').digest('hex')
    expect(answers()).toEqual([`${CALL}-${digest}`])
    expect(readFileSync(join(dir, `${CALL}-${digest}`), 'utf8')).toBe('in')
    expect(statSync(join(dir, `${CALL}-${digest}`)).mode & 0o777).toBe(0o600)
    expect(await resultsIn(dir)).toMatchObject({ results: 1 })
    expect(await clearResults(dir)).toMatchObject({ removed: 1, left: 0 })
    expect(kept()).toEqual([])
  })

  test.each<[string, Given]>([
    ['says something on stderr', { argv: ['-i', '--network', 'none', PINNED, 'speak'] }],
    ['repeats a warning', { request: { notices: ['env.allow does not list A: not passed on'] } }],
    ['prints nothing', { argv: ['-i', '-a', 'STDIN', '-a', 'STDERR', '--network', 'none', PINNED] }],
    ['reads no stdin', { argv: ['--network', 'none', PINNED] }],
  ])('that %s keeps nothing for it', async (_, given) => {
    const program = exits(0, { stdout: 'out', ...(given.argv?.includes('speak') && { stderr: 'err' }) })
    await using cluster = await fakeCluster({ pods: runs(program) })
    await cachedRun(cluster, named(given))
    await cachedRun(cluster, named(given))
    expect(cluster.count('create pods')).toBe(1)
    expect(answers()).toEqual([])
  })

  test('that has read files keeps nothing for it', async () => {
    using mounting = new Mounting()
    await using cluster = await fakeCluster({ pods: runs(mounting.lists) })
    const given = named({ request: { mounts: mounting.mounts } })
    await cachedRun(cluster, given)
    await cachedRun(cluster, given)
    expect(cluster.count('create pods')).toBe(1)
    expect(answers()).toEqual([])
  })
})

describe('F38: another run is made for', () => {
  test.each<[string, Given]>([
    ['another stdin', { stdin: 'inn' }],
    ['no stdin', { argv: ['--network', 'none', PINNED] }],
    ['an argument', { argv: [...ARGV, 'x'] }],
    ['a variable', { argv: ['-e', 'A=b', ...ARGV] }],
    ["a variable of the caller's", { argv: ['-e', 'A', ...ARGV], env: { A: 'b' } }],
    ['another image', { argv: ['-i', '--network', 'none', `fn@sha256:${'b2'.repeat(32)}`] }],
    ['another krmpod', { cache: { dir: '', maxBytes: MIB, version: '2' } }],
  ])('%s', async (_what, changes) => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    await cachedRun(cluster)
    const other = { ...changes, ...(changes.cache && { cache: { ...changes.cache, dir } }) }
    expect(await podsOfTwo(cluster, other)).toBe(1)
  })
})

describe('neither looked for nor kept is the result', () => {
  test.each<[string, Given]>([
    ['of an image without a digest', { argv: ['-i', '--network', 'none', 'ghcr.io/acme/fn:v1'] }],
    ['of a function with a network', { argv: ['-i', PINNED] }],
    ['where policies are not looked at', { request: { enforcement: 'off' } }],
    ['that is not proven', { request: { proof: false } }],
    ['of a volume', { request: { mounts: [{ kind: 'volume', claim: 'c', target: '/x', readOnly: true }] } }],
    ['of a run that keeps its Pod', { host: { keep: true } }],
  ])('%s', async (_what, given) => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    expect(await podsOfTwo(cluster, given)).toBe(2)
    expect(kept()).toEqual([])
  })

  test('of a run with --cidfile', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    const given = (name: string): Given => ({ argv: ['--cidfile', join(home, name), ...ARGV] })
    expect(await podsOfTwo(cluster, given('one'), given('two'))).toBe(2)
    expect(readFileSync(join(home, 'two'), 'utf8')).not.toBe('')
    expect(kept()).toEqual([])
  })
})

describe('not kept is', () => {
  test.each([1, 3, 125, 137])('exit %i', async (exit) => {
    await using cluster = await fakeCluster({ pods: runs(exits(exit, { stdout: 'it objects\n' })) })
    const outcomes = [await cachedRun(cluster), await cachedRun(cluster)]
    for (const outcome of outcomes) expectResult(cluster, outcome, { exit, stdout: 'it objects\n' })
    expect(outcomes[0]?.notes.at(-1)).toBe(`cache: not kept: exit ${exit}`)
    expect(kept()).toEqual([])
  })

  test('exit 0 of a function of which something was killed', async () => {
    await using cluster = await fakeCluster({
      pods: async (pod) => {
        await pod.prepare()
        const container = pod.start(exits(0, { stdout: 'half' }))
        pod.says(RUNNING)
        await container.ended
        pod.says(terminated({ exitCode: 0, reason: 'OOMKilled' }))
      },
    })
    const outcome = await cachedRun(cluster)
    expect([outcome.end, outcome.notes.at(-1)]).toEqual(['exit 0', 'cache: not kept: OOMKilled'])
    expect(kept()).toEqual([])
  })

  test('output that is not proven whole', async () => {
    await using cluster = await fakeCluster({
      pods: runs(echo),
      attach: { version: 'translated', upstreamCutAfterBytes: 1_000 },
    })
    const outcome = await cachedRun(cluster, { stdin: Buffer.alloc(100_000, 'x') })
    expect(outcome.error?.exit).toBe(125)
    expect(kept()).toEqual([])
  })

  test('what a function said that was not without a network', async () => {
    const policies = [OPEN]
    await using cluster = await fakeCluster({ pods: runs(echo), policies })
    expect(await podsOfTwo(cluster)).toBe(2)
    const { notes, stderr } = await cachedRun(cluster)
    expect(stderr).toContain('not without a network')
    expect(notes.at(-1)).toMatch(/^cache: not kept: the function is not without a network/)
    expect(kept()).toEqual([])
  })

  test('what nobody has received', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(new Error('EPIPE')),
    }).on('error', () => undefined)
    const outcome = await cachedRun(cluster, { host: { stdout } })
    expect(outcome.error).toBeDefined()
    expect(kept()).toEqual([])
  })
})

const OPEN = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'open', namespace: NAMESPACE },
  spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
}

describe('whatever becomes of the cache, the run goes on', () => {
  test.each<[string, () => string]>([
    [
      'its folder cannot be made',
      () => {
        writeFileSync(dir, 'x')
        return join(dir, 'below')
      },
    ],
    [
      'a file is in its place',
      () => {
        writeFileSync(dir, 'x')
        return dir
      },
    ],
    [
      'its folder is open to others',
      () => {
        mkdirSync(dir, { mode: 0o755 })
        return dir
      },
    ],
  ])('%s', async (_what, place) => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    const outcome = await cachedRun(cluster, { cache: { dir: place(), maxBytes: MIB } })
    expectResult(cluster, outcome, { stdout: 'in' })
    expect(outcome.notes.at(-1)).toMatch(/^cache: not kept: Error/)
  })

  test('there is not room for the result', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    const outcome = await cachedRun(cluster, { cache: { dir, maxBytes: 100 } })
    expectResult(cluster, outcome, { stdout: 'in' })
    expect(outcome.notes.at(-1)).toBe('cache: not kept: it is too large')
  })

  test('a result is broken: it is made and kept anew', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    await cachedRun(cluster)
    const [name = ''] = kept()
    const whole = readFileSync(join(dir, name))
    writeFileSync(join(dir, name), whole.subarray(0, -40))
    expect(await podsOfTwo(cluster)).toBe(1)
    expect(readFileSync(join(dir, name)).equals(whole)).toBe(true)
  })

  test('stdin breaks off', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    const broken = (): Readable =>
      Readable.from(
        (async function* () {
          yield Buffer.from('half')
          await Promise.resolve()
          throw new Error('read EIO')
        })(),
      )
    const [plain, cached] = [
      await runOn(cluster, { argv: ARGV, stdin: broken() }),
      await cachedRun(cluster, { stdin: broken() }),
    ]
    expect(cached.error?.message).toBe(plain.error?.message)
    expectFailure(cluster, cached, 'STREAM_CUT')
    expect(kept()).toEqual([])
  })
})

describe('while stdin is still coming', () => {
  const never = (): Readable => new Readable({ read: () => undefined })

  test('the deadline ends the wait for it', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    const request: Partial<RunRequest> = { deadlineMs: 200, deadlineName: '200 ms' }
    const outcome = await cachedRun(cluster, { stdin: never(), request })
    expectFailure(cluster, outcome, 'DEADLINE')
    expect(outcome.error?.message).toContain('looking for a kept result')
    expect(cluster.requests).toEqual([])
  })

  test('and so does whoever interrupts it', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    const interruption = new AbortController()
    setTimeout(() => interruption.abort(new RunError('INTERRUPTED', { by: 'SIGTERM' })), 50)
    const outcome = await cachedRun(cluster, { stdin: never(), host: { interrupted: interruption.signal } })
    expectFailure(cluster, outcome, 'INTERRUPTED')
    expect(cluster.requests).toEqual([])
  })

  test('its time counts as the run', async () => {
    await using cluster = await fakeCluster({ pods: runs(echo) })
    let ms = 0
    const trace = new Trace(() => ms)
    const stdin = Readable.from(
      (async function* () {
        yield Buffer.from('in')
        await Promise.resolve()
        ms = 5_000
      })(),
    )
    const outcome = await cachedRun(cluster, { stdin, host: { trace } })
    expectResult(cluster, outcome, { stdout: 'in' })
    const [looking] = trace.timings().filter(({ phase }) => phase === 'looking for a kept result')
    expect(looking?.ms).toBe(5_000)
  })
})

describe('bind mounts', () => {
  test('are a part of the key: names, modes, times and contents', async () => {
    using mounting = new Mounting()
    await using cluster = await fakeCluster({ pods: runs(mounting.lists) })
    const given = { request: { mounts: mounting.mounts } }
    expect(await podsOfTwo(cluster, given)).toBe(1)
    writeFileSync(join(mounting.source, 'values.yaml'), 'replicas: 4\n')
    expect(await podsOfTwo(cluster, given)).toBe(1)
    writeFileSync(join(mounting.source, 'another.yaml'), '')
    const hit = [await cachedRun(cluster, given), await cachedRun(cluster, given)].at(-1)
    expect(hit?.stdout.toString()).toBe(mounting.tree)
    expect(hit?.notes.at(-1)).toMatch(/^cache: hit/)
    expect(mounting.starts).toBe(3)
  })

  test('that the function may write to are not', async () => {
    using mounting = new Mounting()
    await using cluster = await fakeCluster({ pods: runs(mounting.lists) })
    const mounts = mounting.mounts.map((mount) => ({ ...mount, readOnly: false }))
    const { notes } = await cachedRun(cluster, { request: { mounts } })
    expect(notes).toEqual([`cache: no hit: the function may write to ${mounting.source}`])
    expect(cluster.count('create pods')).toBe(1)
    expect(kept()).toEqual([])
  })

  test('are checked at a hit as at a run', async () => {
    using mounting = new Mounting()
    await using cluster = await fakeCluster({ pods: runs(mounting.lists) })
    const { mounts } = mounting
    await cachedRun(cluster, { request: { mounts } })
    const mountRules = { allow: ['/nowhere'], maxBytes: MIB, maxFiles: 1_000 }
    const refused = await cachedRun(cluster, { request: { mounts, mountRules } })
    expectFailure(cluster, refused, 'MOUNT_SOURCE')
    expect(cluster.count('create pods')).toBe(1)
  })
})
