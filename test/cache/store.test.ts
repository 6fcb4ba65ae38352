import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findResult } from '../../src/cache/find-result.ts'
import { clearResults, resultsIn } from '../../src/cache/inventory.ts'
import { keepResult } from '../../src/cache/store.ts'
import { keyFor, texts, toKeep } from './support/kept.ts'

const MIB = 1024 * 1024

let home = ''
let dir = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'krmpod-cache-'))
  dir = join(home, 'krmpod', 'results')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function keep(name: string, stdout: string | Buffer, { maxBytes = MIB, stderr = '' } = {}): Promise<boolean> {
  return keepResult({ dir, maxBytes }, keyFor(name), toKeep({ stderr, stdout }))
}

function found(name: string): readonly string[] | undefined {
  return texts(findResult({ dir }, keyFor(name)))
}

test('what was kept is found, byte for byte, under its key alone', async () => {
  expect(found('a')).toBeUndefined()
  const noise = randomBytes(300_000)
  expect(await keep('a', noise, { stderr: 'said' })).toBe(true)
  const kept = findResult({ dir }, keyFor('a'))
  expect(kept?.stdout.equals(noise)).toBe(true)
  expect(kept?.stderr.toString()).toBe('said')
  expect(found('b')).toBeUndefined()
})

test('any two streams come back as they were', async () => {
  const bytes = fc.uint8Array({ maxLength: 3_000 }).map((array) => Buffer.from(array))
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (stderr, stdout) => {
      await keepResult({ dir, maxBytes: MIB }, keyFor('a'), toKeep({ stderr, stdout }))
      const kept = findResult({ dir }, keyFor('a'))
      expect(kept?.stderr.equals(stderr)).toBe(true)
      expect(kept?.stdout.equals(stdout)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('folder and files are for nobody else', async () => {
  await keep('a', 'x')
  expect(statSync(dir).mode & 0o777).toBe(0o700)
  expect(statSync(join(dir, keyFor('a'))).mode & 0o777).toBe(0o600)
})

describe('F38: an entry that is not whole is not found, and removed', () => {
  const path = (): string => join(dir, keyFor('a'))

  function expectRemoved(bytes: Buffer): void {
    writeFileSync(path(), bytes, { mode: 0o600 })
    expect(found('a')).toBeUndefined()
    expect(readdirSync(dir)).toEqual([])
  }

  test('cut after any byte', async () => {
    await keep('a', 'hello\n', { stderr: 'said\n' })
    const whole = readFileSync(path())
    for (let length = 0; length < whole.length; length += 1) expectRemoved(whole.subarray(0, length))
  })

  test('any bit turned', async () => {
    await keep('a', 'hello\n', { stderr: 'said\n' })
    const whole = readFileSync(path())
    for (let at = 0; at < whole.length; at += 1) {
      const turned = Buffer.from(whole)
      turned[at] = (whole[at] ?? 0) ^ (1 << (at % 8))
      expectRemoved(turned)
    }
  })

  test('longer than it was', async () => {
    await keep('a', 'hello\n')
    expectRemoved(Buffer.concat([readFileSync(path()), Buffer.from('\n')]))
  })

  test('the whole entry of another key', async () => {
    await keep('b', 'of b')
    const other = readFileSync(join(dir, keyFor('b')))
    rmSync(join(dir, keyFor('b')))
    expectRemoved(other)
  })
})

test('what says less than it promised is not kept', async () => {
  const short = { ...toKeep({ stderr: '', stdout: 'hello' }), stdoutBytes: 6 }
  await expect(keepResult({ dir, maxBytes: MIB }, keyFor('a'), short)).rejects.toThrow(/less than was said/)
  expect(readdirSync(dir)).toEqual([])
})

describe('what somebody else may have written is not read', () => {
  test.each([0o710, 0o701, 0o770, 0o707])('in a folder of mode %o', async (mode) => {
    await keep('a', 'x')
    chmodSync(dir, mode)
    expect(found('a')).toBeUndefined()
    await expect(keep('b', 'x')).rejects.toThrow(/not ours alone/)
  })

  test.each([0o640, 0o604, 0o620, 0o602])('a file of mode %o', async (mode) => {
    await keep('a', 'x')
    chmodSync(join(dir, keyFor('a')), mode)
    expect(found('a')).toBeUndefined()
  })

  test('a link, and what it leads to', async () => {
    await keep('a', 'x')
    symlinkSync(join(dir, keyFor('a')), join(dir, keyFor('b')))
    expect(found('b')).toBeUndefined()
    expect(found('a')).toEqual(['', 'x'])
  })

  test('a folder in the place of a result', async () => {
    await keep('a', 'x')
    mkdirSync(join(dir, keyFor('b')), { mode: 0o700 })
    expect(found('b')).toBeUndefined()
  })
})

describe('there is never more than cache.maxBytes', () => {
  /** One entry's, with a name and 1,000 bytes. */
  const ENTRY = 'krmpod-cache 1 '.length + 64 + ' 0 1000\n'.length + 1_000 + 32
  const body = Buffer.alloc(1_000, 'x')
  const names = (): readonly string[] =>
    ['a', 'b', 'c', 'd'].filter((name) => readdirSync(dir).includes(keyFor(name)))
  const age = (name: string, seconds: number): void => {
    const then = new Date(Date.now() - seconds * 1_000)
    utimesSync(join(dir, keyFor(name)), then, then)
  }

  test('what was not used for the longest time goes first, and to be found is to be used', async () => {
    const maxBytes = 3 * ENTRY
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      await keep(name, body, { maxBytes })
      age(name, 100 - index)
    }
    expect(names()).toEqual(['a', 'b', 'c'])
    found('a')
    await keep('d', body, { maxBytes })
    expect(names()).toEqual(['a', 'c', 'd'])
  })

  test('several go for a large one', async () => {
    const maxBytes = 3 * ENTRY
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      await keep(name, body, { maxBytes })
      age(name, 100 - index)
    }
    await keep('d', Buffer.alloc(1_900), { maxBytes })
    expect(names()).toEqual(['c', 'd'])
  })

  test('a byte less than it takes, and nothing is kept or removed', async () => {
    expect(await keep('a', body, { maxBytes: ENTRY })).toBe(true)
    expect(await keep('b', Buffer.alloc(1_001), { maxBytes: ENTRY })).toBe(false)
    expect(names()).toEqual(['a'])
  })

  test('nor an entry that would not be read again', async () => {
    expect(await keep('a', Buffer.alloc(65 * MIB), { maxBytes: 1024 * MIB })).toBe(false)
  })

  test('a draft that a killed run has left goes after an hour, one that is being written stays', async () => {
    await keep('a', body)
    const drafts = ['old', 'new'].map((name) => `${keyFor('b')}.${name}`)
    for (const draft of drafts) writeFileSync(join(dir, draft), 'half')
    const then = new Date(Date.now() - 3_601_000)
    utimesSync(join(dir, drafts[0] ?? ''), then, then)
    await keep('c', body)
    expect(readdirSync(dir).toSorted()).toEqual([keyFor('a'), drafts[1], keyFor('c')].toSorted())
  })

  test('what is not ours in the folder is not touched', async () => {
    await keep('a', body, { maxBytes: ENTRY })
    writeFileSync(join(dir, 'README'), 'x')
    await keep('b', body, { maxBytes: ENTRY })
    expect(readdirSync(dir).toSorted()).toEqual(['README', keyFor('b')].toSorted())
  })
})

describe('krmpod cache', () => {
  test('counts what is there, and removes it', async () => {
    await keep('a', 'x')
    await keep('b', 'y')
    writeFileSync(join(dir, `${keyFor('c')}.draft`), 'half')
    const then = new Date('2026-01-02T03:04:05Z')
    utimesSync(join(dir, keyFor('b')), then, then)
    const bytes = readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)
    expect(await resultsIn(dir)).toEqual({
      folder: dir,
      results: 2,
      bytes,
      leastRecentlyUsed: '2026-01-02T03:04:05.000Z',
    })
    expect(await clearResults(dir)).toEqual({ removed: 2, bytes, left: 0 })
    expect(await resultsIn(dir)).toEqual({ folder: dir, results: 0, bytes: 0 })
  })

  test('where there is no folder, there is nothing', async () => {
    expect(await resultsIn(dir)).toEqual({ folder: dir, results: 0, bytes: 0 })
    expect(await resultsIn(undefined)).toEqual({ results: 0, bytes: 0 })
    expect(await clearResults(undefined)).toEqual({ removed: 0, bytes: 0, left: 0 })
  })
})
