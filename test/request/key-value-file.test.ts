import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KeyValue, readKeyValues } from '../../src/request/key-value-file.ts'
import { isSafe, refusalOf } from '../argv/refusal-of.ts'

function read(content: string | Uint8Array): readonly KeyValue[] {
  return readKeyValues('vars', () =>
    typeof content === 'string' ? new TextEncoder().encode(content) : content,
  )
}

describe('a file of --env-file or --label-file', () => {
  test.each<[content: string, keyValues: KeyValue[]]>([
    ['', []],
    ['A=1', [['A', '1']]],
    [
      'A=1\nB=2\n',
      [
        ['A', '1'],
        ['B', '2'],
      ],
    ],
    [
      'A=1\r\nB=2\r\n',
      [
        ['A', '1'],
        ['B', '2'],
      ],
    ],
    ['A=1\r\r\n', [['A', '1\r']]],
    ['A=1\r', [['A', '1']]],
    [
      '\uFEFFA=1\n\uFEFFB=2',
      [
        ['A', '1'],
        ['\uFEFFB', '2'],
      ],
    ],
    ['# A=1\n\n  \t\n  # B\n\u00a0C=3', [['C', '3']]],
    ['  A= 1 \t', [['A', ' 1 \t']]],
    ['A="1" # no comment', [['A', '"1" # no comment']]],
    ['A=$B${C}', [['A', '$B${C}']]],
    ['A=b=c', [['A', 'b=c']]],
    ['A=', [['A', '']]],
    ['A', [['A', undefined]]],
    ['ключ=é🙂', [['ключ', 'é🙂']]],
    [`A=${'x'.repeat(65_533)}`, [['A', 'x'.repeat(65_533)]]],
  ])('%j', (content, keyValues) => {
    expect(read(content)).toEqual(keyValues)
  })

  test.each<[content: string | Uint8Array, problem: string]>([
    ['A=1\n=2', "no variable name on line '=2'"],
    ['A B=1', "variable 'A B' contains whitespaces"],
    ['A =1', "variable 'A ' contains whitespaces"],
    ['A\tB', "variable 'A\tB' contains whitespaces"],
    [Uint8Array.of(65, 61, 49, 10, 65, 61, 255), 'invalid utf8 bytes at line 2'],
    [Uint8Array.of(0xed, 0xa0, 0x80), 'invalid utf8 bytes at line 1'],
    [`A=1\n${'x'.repeat(65_536)}`, 'line 2 is longer than 65535 bytes'],
  ])('%j is refused', (content, problem) => {
    expect(refusalOf(() => read(content))).toMatchObject({
      code: 'ENV_FILE',
      exit: 125,
      details: { file: 'vars', problem },
    })
  })

  test('that cannot be read is refused', () => {
    const cause = new Error('ENOENT: no such file or directory')
    const readFile = (): Uint8Array => {
      throw cause
    }
    const message = 'cannot use vars: ENOENT: no such file or directory'
    expect(refusalOf(() => readKeyValues('vars', readFile))).toMatchObject({
      code: 'ENV_FILE',
      message,
      cause,
    })
  })

  test('gives back what was written', () => {
    const name = fc.stringMatching(/^[A-Za-z_.][\w.-]*$/)
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !/[\n\r]/.test(text))
    const keyValue = fc.tuple(name, fc.option(value, { nil: undefined }))
    fc.assert(
      fc.property(fc.array(keyValue), fc.constantFrom('\n', '\r\n'), (keyValues, end) => {
        const lines = keyValues.map(([name, value]) => (value === undefined ? name : `${name}=${value}`))
        expect(read(lines.join(end))).toEqual(keyValues)
      }),
    )
  })

  test('of any bytes ends with values or a RunError', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => isSafe(() => read(bytes))))
    fc.assert(
      fc.property(fc.array(fc.constantFrom('=', '#', ' ', '\n', '\r', 'A', '\uFEFF', '\0')), (parts) =>
        isSafe(() => read(parts.join(''))),
      ),
    )
  })
})
