import fc from 'fast-check'
import { expect, test } from 'vitest'
import { repeatsItself } from '../../src/streams/repetition.ts'

test.each([
  ['abab', true],
  ['ababa', true],
  ['aa', true],
  ['    0000\n'.repeat(100), true],
  ['', false],
  ['a', false],
  ['ab', false],
  ['aba', false],
  ['abcab', false],
  [`${'y\n'.repeat(1000)}end\n`, false],
])('%j: %s', (text, expected) => {
  expect(repeatsItself(Buffer.from(text))).toBe(expected)
})

test('is right wherever a piece is there at least twice, whole or begun again', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      fc.integer({ min: 2, max: 9 }),
      fc.nat(),
      (piece, times, more) => {
        const bytes = Buffer.from(piece)
        const all = Buffer.concat([Buffer.from(piece.repeat(times)), bytes.subarray(0, more % bytes.length)])
        expect(repeatsItself(all)).toBe(true)
      },
    ),
  )
})

test('is right where bytes that were cut off an end would leave the same end', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 40 })
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 20 }), (text, loss) => {
      fc.pre(2 * loss <= text.length)
      const looksWhole = text.slice(loss) === text.slice(0, text.length - loss)
      if (looksWhole) expect(repeatsItself(Buffer.from(text))).toBe(true)
    }),
  )
})
