import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToQuantity, quantityToBytes } from '../../src/request/bytes.ts'
import { parseSize } from '../../src/request/size.ts'
import { isSafe, refusalOf } from '../argv/refusal-of.ts'

const UNITS = ['', 'k', 'm', 'g', 't']

describe('docker sizes', () => {
  test.each([
    ['0', 0],
    ['42', 42],
    ['42b', 42],
    ['42 B', 42],
    ['512m', 512 * 1024 ** 2],
    ['1.5g', 1.5 * 1024 ** 3],
    ['.5k', 512],
    ['5.k', 5120],
    ['1.3', 1],
    ['64 MiB', 64 * 1024 ** 2],
    ['1T', 1024 ** 4],
    ['1p', 1024 ** 5],
    ['1 ', 1],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize('--memory', text)).toBe(bytes)
  })

  test.each([
    '',
    ' ',
    'm',
    '-1',
    '+1',
    '1kx',
    '1kbi',
    '1bb',
    ' 1',
    '1  k',
    '1.2.3',
    '.',
    '1e3',
    '0x10',
    'inf',
    '9999999p',
  ])('%j is refused', (text) => {
    expect(refusalOf(() => parseSize('--memory', text))).toMatchObject({
      code: 'BAD_VALUE',
      details: {
        what: '--memory',
        got: text,
        expected: 'bytes, or a number with one of the units b, k, m, g, t: 512m, 1.5g',
      },
    })
  })

  test('are powers of 1024, with or without b or ib, in any case', () => {
    fc.assert(
      fc.property(
        fc.nat(999),
        fc.nat(4),
        fc.constantFrom('', 'b', 'ib', 'B', 'iB'),
        (number, power, suffix) => {
          const unit = UNITS[power] ?? ''
          const text = `${number}${unit}${unit === '' ? '' : suffix}`
          expect(parseSize('size', text)).toBe(number * 1024 ** power)
          expect(parseSize('size', text.toUpperCase())).toBe(number * 1024 ** power)
        },
      ),
    )
  })

  test('of any text are a number or a RunError', () => {
    const text = fc
      .array(fc.constantFrom('1', '0', '.', ' ', 'k', 'M', 'i', 'b', '-', 'e'))
      .map((parts) => parts.join(''))
    fc.assert(fc.property(text, (size) => isSafe(() => parseSize('size', size))))
  })
})

describe('Kubernetes quantities', () => {
  test.each([
    [1024, '1Ki'],
    [6 * 1024 ** 2, '6Mi'],
    [1.5 * 1024 ** 3, '1536Mi'],
    [1024 ** 3, '1Gi'],
    [5 * 1024 ** 4, '5Ti'],
    [7_000_001, '7000001'],
  ])('%i bytes are written %s', (bytes, quantity) => {
    expect(bytesToQuantity(bytes)).toBe(quantity)
  })

  test.each([
    ['64Mi', 64 * 1024 ** 2],
    ['1G', 1e9],
    ['1.5k', 1500],
    ['1048576', 1048576],
    ['512m', 0.512],
    ['2e9', 2e9],
    ['1Ei', 1024 ** 6],
    ['1Zi', Number.NaN],
    ['a lot', Number.NaN],
    ['', Number.NaN],
  ])('%s is %f bytes', (quantity, bytes) => {
    expect(quantityToBytes(quantity)).toBe(bytes)
  })

  test('read as they were written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 50 }),
        (bytes) => quantityToBytes(bytesToQuantity(bytes)) === bytes,
      ),
    )
  })
})
