import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Spool } from '../../src/streams/spool.ts'

const MIB = 1024 * 1024

let folder: string
let spool: Spool
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'krmpod-test-'))
  spool = new Spool(folder)
})
afterEach(() => {
  spool.close()
  expect(readdirSync(folder)).toEqual([])
  rmSync(folder, { recursive: true })
})

async function readAll(from: Spool): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of from.read()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Pieces of every size, with bytes that tell where they belong. */
function pieces(total: number, size: number): Buffer[] {
  const all = Buffer.from(Array.from({ length: 65536 }, (_, index) => (index * 31) % 251))
  return Array.from({ length: Math.ceil(total / size) }, (_, index) =>
    all.subarray(index % 1000, (index % 1000) + size),
  )
}

describe.each([
  ['in memory', 300 * 1024, 1000],
  ['exactly as much as memory may hold', 8 * MIB, 64 * 1024],
  ['one piece more', 8 * MIB + 1000, 1000],
  ['in a file', 20 * MIB, 60_000],
])('%s', (_what, total, size) => {
  const written = pieces(total, size)
  const all = Buffer.concat(written)

  test('what was written is read, twice', async () => {
    for (const piece of written) spool.write(piece)
    spool.end()
    expect(spool.bytes).toBe(all.length)
    expect((await readAll(spool)).equals(all)).toBe(true)
    expect((await readAll(spool)).equals(all)).toBe(true)
  })

  test('what is written is read meanwhile', async () => {
    const read = readAll(spool)
    for (const [index, piece] of written.entries()) {
      spool.write(piece)
      if (index % 50 === 0) await sleep(0)
    }
    spool.end()
    expect((await read).equals(all)).toBe(true)
  })

  test('slices are as those of an array', () => {
    for (const piece of written) spool.write(piece)
    const ends = fc.integer({ min: -2 * total, max: 2 * total })
    fc.assert(
      fc.property(ends, fc.nat(2 * total), (start, end) => {
        expect(spool.slice(start, end).equals(all.subarray(start, end))).toBe(true)
      }),
      { numRuns: 30 },
    )
    expect(spool.slice(-100).equals(all.subarray(-100))).toBe(true)
    expect(spool.slice(0).equals(all)).toBe(true)
  })
})

test('a reader waits for the end', async () => {
  spool.write(Buffer.from('a'))
  const read = readAll(spool)
  await sleep(10)
  spool.write(Buffer.from('b'))
  await sleep(10)
  spool.end()
  expect((await read).toString()).toBe('ab')
})

test('a source that breaks breaks its readers, after what came before', async () => {
  spool.write(Buffer.from('half'))
  spool.fail(new Error('EIO'))
  spool.fail(new Error('something later'))
  const reader = spool.read()
  expect((await reader.next()).value?.toString()).toBe('half')
  await expect(reader.next()).rejects.toThrow('EIO')
})

test('nothing but an end', async () => {
  spool.write(new Uint8Array(0))
  spool.end()
  expect((await readAll(spool)).length).toBe(0)
  expect(spool.slice(0).length).toBe(0)
  expect(spool.ended).toBe(true)
})

describe('close', () => {
  test('lets go of the file, and of everything that comes later', async () => {
    const files = readdirSync('/proc/self/fd').length
    for (const piece of pieces(9 * MIB, 60_000)) spool.write(piece)
    expect(readdirSync('/proc/self/fd').length).toBe(files + 1)
    spool.close()
    spool.write(Buffer.alloc(9 * MIB))
    spool.close()
    expect(readdirSync('/proc/self/fd').length).toBe(files)
    expect(spool.bytes).toBe(0)
    expect((await readAll(spool)).length).toBe(0)
  })

  test('ends whoever still waits', async () => {
    const read = readAll(spool)
    await sleep(5)
    spool.close()
    expect((await read).length).toBe(0)
  })
})

test('a folder that cannot be written to is an error of the write that needs it', () => {
  const homeless = new Spool(join(folder, 'no-such-folder'))
  homeless.write(Buffer.alloc(8 * MIB))
  expect(() => homeless.write(Buffer.of(1))).toThrow('ENOENT')
  homeless.close()
})
