import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedSpool } from '../../src/streams/bounded-spool.ts'

const MIB = 1024 * 1024
const NOTICE = '<more>'

function filled(all: Buffer, { maxBytes, piece }: { maxBytes: number; piece: number }): BoundedSpool {
  const spool = new BoundedSpool(tmpdir(), { maxBytes, notice: NOTICE })
  for (let at = 0; at < all.length; at += piece) spool.write(all.subarray(at, at + piece))
  spool.end()
  return spool
}

function numbered(bytes: number): Buffer {
  const all = Buffer.allocUnsafe(bytes)
  for (let index = 0; index < bytes; index += 1) all[index] = (index * 31 + (index >> 8)) % 256
  return all
}

test('what fits is all there', () => {
  fc.assert(
    fc.property(
      fc.nat(2000),
      fc.integer({ min: 1, max: 700 }),
      fc.nat(2000),
      fc.nat(2000),
      (...[bytes, piece, a, b]) => {
        const all = numbered(bytes)
        const spool = filled(all, { maxBytes: 2000, piece })
        expect(spool.bytes).toBe(bytes)
        expect(spool.slice(a, b)).toEqual(all.subarray(a, Math.max(a, b)))
        expect(spool.slice(-a)).toEqual(a === 0 ? all.subarray(0) : all.subarray(-a))
        expect(spool.head.slice(0)).toEqual(all)
        spool.close()
      },
    ),
  )
})

test.each([
  [100, 13 * MIB + 17, 10_000],
  [100, 30 * MIB, 12 * MIB],
  [0, 11 * MIB + 1, 64 * 1024],
  [MIB, MIB + 5, 7],
])(
  'of %d that are kept of %d, in pieces of %d: the head, the end, and the count',
  (maxBytes, bytes, piece) => {
    const all = numbered(bytes)
    const spool = filled(all, { maxBytes, piece })
    expect(spool.bytes).toBe(bytes)
    expect(spool.head.slice(0).toString('latin1')).toBe(`${all.toString('latin1', 0, maxBytes)}${NOTICE}`)
    expect(spool.slice(0, Math.min(50, maxBytes))).toEqual(all.subarray(0, Math.min(50, maxBytes)))
    const seen = Math.min(10 * MIB, bytes - maxBytes)
    for (const last of [1, 1000, seen]) {
      if (last <= seen) expect(spool.slice(-last).equals(all.subarray(-last)), `the last ${last}`).toBe(true)
    }
    spool.close()
  },
)
