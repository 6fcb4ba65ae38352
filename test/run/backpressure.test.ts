import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type PodScript, runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { cat, readAll } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

const MIB = 1024 * 1024

/** Takes one piece, rests, takes the next; keeps only a digest. */
class SlowReader extends Writable {
  readonly hash = createHash('sha256')
  bytes = 0

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.hash.update(chunk)
    this.bytes += chunk.length
    setTimeout(done, 2)
  }
}

function inPieces(all: Buffer): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < all.length; at += 64 * 1024) yield all.subarray(at, at + 64 * 1024)
    })(),
  )
}

describe('20 MiB in and out', () => {
  test.each(['direct', 'translated', 'v4'] as const)(
    'over %s, to a slow reader, and nothing stays on disk',
    async (version) => {
      const temporaryDirectory = await mkdtemp(join(tmpdir(), 'krmpod-test-'))
      try {
        const input = randomBytes(20 * MIB)
        const stdout = new SlowReader()
        await using cluster = await fakeCluster({ pods: runs(cat), attach: { version } })
        const files = openFiles()
        const outcome = await runOn(cluster, { stdin: inPieces(input), host: { stdout, temporaryDirectory } })
        expect({ end: outcome.end, bytes: stdout.bytes }).toEqual({ end: 'exit 0', bytes: input.length })
        expect(stdout.hash.digest('hex')).toBe(createHash('sha256').update(input).digest('hex'))
        expect(await readdir(temporaryDirectory)).toEqual([])
        // The fake's ends of the connections close a moment later.
        await expect.poll(openFiles, { timeout: 5_000 }).toBeLessThanOrEqual(files)
      } finally {
        await rm(temporaryDirectory, { recursive: true })
      }
    },
  )
})

describe('a function that does not read its stdin', () => {
  test.each(['direct', 'v4'] as const)('and ends well is a result, over %s', async (version) => {
    const answer = runs(async ({ stdout }) => {
      await sleep(300)
      await stdout('apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n')
      return 0
    })
    // Not before the node has been seen to refuse: only then is its word known to be its own.
    const pods: PodScript = async (pod) => {
      await pod.prepare()
      await cluster.seen('get pods/attach', 2)
      await answer(pod)
    }
    await using cluster = await fakeCluster({ pods, attach: { version } })
    const outcome = await runOn(cluster, { stdin: randomBytes(5 * MIB) })
    expectResult(cluster, outcome, {
      stdout: 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n',
    })
  })

  test('nor ends holds up nothing but its own run', async () => {
    const pods = runs(
      ({ killed }) => new Promise((resolve) => killed.addEventListener('abort', () => resolve(143))),
    )
    await using cluster = await fakeCluster({ pods })
    const outcome = await runOn(cluster, { stdin: randomBytes(5 * MIB), request: { deadlineMs: 1500 } })
    expectFailure(cluster, outcome, 'DEADLINE')
  })
})

test('stdin that comes in drops is passed on as it comes', async () => {
  const drops = Readable.from(
    (async function* () {
      for (const drop of ['one\n', 'two\n', 'three\n']) {
        await sleep(100)
        yield Buffer.from(drop)
      }
    })(),
  )
  await using cluster = await fakeCluster()
  expectResult(cluster, await runOn(cluster, { stdin: drops }), { stdout: 'one\ntwo\nthree\n' })
})

test('stdin that cannot be read ends the run, and says so', async () => {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('half of ')
      await sleep(100)
      throw new Error('EIO: i/o error, read')
    })(),
  )
  await using cluster = await fakeCluster()
  const outcome = await runOn(cluster, { stdin: broken })
  expectFailure(cluster, outcome, 'STREAM_CUT')
  expect(outcome.error?.message).toContain('stdin cannot be read: EIO')
})

test('output that cannot be kept ends the run, and says so', async () => {
  const pods = runs(async ({ stdin, stdout }) => {
    await readAll(stdin)
    for (let piece = 0; piece < 160; piece += 1) await stdout(Buffer.alloc(64 * 1024, `${'x'.repeat(63)}\n`))
    return 0
  })
  await using cluster = await fakeCluster({ pods })
  const outcome = await runOn(cluster, { stdin: 'x', host: { temporaryDirectory: '/nonexistent' } })
  expectFailure(cluster, outcome, 'STREAM_CUT')
  expect(outcome.error?.message).toContain('ENOENT')
})

describe('a stdout that breaks', () => {
  test.each([
    ['at once', 0],
    ['after some pieces', 3],
  ])('%s is a failure', async (_what, pieces) => {
    let taken = 0
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        taken += 1
        done(taken > pieces ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null)
      },
    })
    stdout.on('error', () => undefined)
    await using cluster = await fakeCluster({ pods: runs(cat) })
    const outcome = await runOn(cluster, { stdin: randomBytes(2 * MIB), host: { stdout } })
    expectFailure(cluster, outcome, 'INTERNAL')
  })
})

function openFiles(): number {
  return readdirSync('/proc/self/fd').length
}
