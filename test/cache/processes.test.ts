import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa, type Options } from 'execa'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { findResult } from '../../src/cache/find-result.ts'
import { resultsIn } from '../../src/cache/inventory.ts'
import { keepResult } from '../../src/cache/store.ts'
import { asProgram } from './support/as-program.ts'
import { keyFor, toKeep } from './support/kept.ts'

let hammer: Awaited<ReturnType<typeof asProgram>>
let oneResult: Awaited<ReturnType<typeof asProgram>>
beforeAll(async () => {
  hammer = await asProgram('hammer')
  oneResult = await asProgram('one-result')
})
afterAll(() => {
  hammer[Symbol.dispose]()
  oneResult[Symbol.dispose]()
})

let home = ''
let dir = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'krmpod-cache-'))
  chmodSync(home, 0o755)
  dir = join(home, 'results')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** All eight results together are larger than this. */
const MAX_BYTES = 100_000

function hammering(rounds: number) {
  return execa('node', [hammer.path, dir, `${MAX_BYTES}`, `${rounds}`], { reject: false })
}

test('six processes at once find what is whole, or nothing', async () => {
  const ended = await Promise.all(Array.from({ length: 6 }, () => hammering(150)))
  for (const { exitCode, stderr } of ended) expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const hits = ended.reduce((sum, { stdout }) => sum + Number(stdout), 0)
  expect(hits).toBeGreaterThan(0)
  expect(readdirSync(dir).filter((name) => name.includes('.'))).toEqual([])
  // One more brings it back to its size, however many have written at the same moment.
  await keepResult({ dir, maxBytes: MAX_BYTES }, keyFor('last'), toKeep({ stderr: '', stdout: 'x' }))
  expect((await resultsIn(dir)).bytes).toBeLessThanOrEqual(MAX_BYTES)
})

test('processes that are killed while they write leave nothing that is found', async () => {
  for (const pause of [150, 200, 250, 300, 400]) {
    const running = [hammering(1_000_000), hammering(1_000_000)]
    await sleep(pause)
    for (const process of running) process.kill('SIGKILL')
    await Promise.all(running)
  }
  const { exitCode, stderr } = await hammering(100)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
})

test('a disk that is full: nothing is kept, and nothing is left of it', async () => {
  // No file may be larger than that, in blocks of 1 KiB: the kernel refuses the rest, as a full disk would.
  const command = 'ulimit -f 64 && exec node "$@"'
  const { stdout } = await execa('bash', ['-c', command, 'bash', oneResult.path, 'keep', dir, '200000'])
  expect(stdout).toBe('"EFBIG"')
  expect(readdirSync(dir)).toEqual([])
})

test('a folder that cannot be written to: what is in it is found, and nothing more is kept', async () => {
  await keepResult({ dir, maxBytes: MAX_BYTES }, keyFor('a'), toKeep({ stderr: 'said', stdout: 'x' }))
  // Root could write there.
  const someone = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  if (someone.uid !== undefined) {
    chownSync(join(dir, keyFor('a')), someone.uid, someone.gid)
    chownSync(dir, someone.uid, someone.gid)
  }
  chmodSync(dir, 0o500)
  const options: Options = { ...someone, cwd: home }
  const kept = await execa('node', [oneResult.path, 'keep', dir, '10'], options)
  const found = await execa('node', [oneResult.path, 'find', dir], options)
  chmodSync(dir, 0o700)
  expect([kept.stdout, found.stdout]).toEqual(['"EACCES"', '["said","x"]'])
})

test.skipIf(process.getuid?.() !== 0)('a folder of somebody else is not read', async () => {
  await keepResult({ dir, maxBytes: MAX_BYTES }, keyFor('a'), toKeep({ stderr: '', stdout: 'x' }))
  chownSync(dir, 65_534, 65_534)
  expect(findResult({ dir }, keyFor('a'))).toBeUndefined()
})
