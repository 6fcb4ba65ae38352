import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvFields } from '../../../src/request/mounts/csv.ts'

function read(text: string): readonly string[] {
  return csvFields(text, (problem) => new Error(problem))
}

function write(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

describe('comma-separated fields', () => {
  test.each<[text: string, fields: string[]]>([
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    ['a,,b,', ['a', '', 'b', '']],
    [',', ['', '']],
    [' a , b ', [' a ', ' b ']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a""b"', ['a"b']],
    ['""', ['']],
    ['"",""', ['', '']],
    ['""""', ['"']],
    ['"a\nb",c\nd', ['a\nb', 'c']],
    ['"a\r\nb"\r\nc', ['a\nb']],
    ['a\nb"', ['a']],
    ['é,🙂', ['é', '🙂']],
  ])('%j are %j', (text, fields) => {
    expect(read(text)).toEqual(fields)
  })

  test.each([
    ['src="a', 'parse error on line 1, column 5: bare " in non-quoted-field'],
    ['a"b,target=/x', 'parse error on line 1, column 2: bare " in non-quoted-field'],
    ['é,a"', 'parse error on line 1, column 5: bare " in non-quoted-field'],
    ['"a"b', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
    ['x,"a" ,b', 'parse error on line 1, column 5: extraneous or missing " in quoted-field'],
    ['"a', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
    ['"a""b', 'parse error on line 1, column 6: extraneous or missing " in quoted-field'],
    ['"a\nb"c', 'record on line 1; parse error on line 2, column 2: extraneous or missing " in quoted-field'],
    ['"a\nb",c"', 'record on line 1; parse error on line 2, column 5: bare " in non-quoted-field'],
  ])('%j is refused', (text, problem) => {
    expect(() => read(text)).toThrow(problem)
  })

  test('are read as they were written', () => {
    const field = fc.oneof(
      fc.string({ unit: fc.constantFrom('"', ',', '\n', ' ', '=', '/', 'a', 'é') }),
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\r', '')),
    )
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), (fields) => {
        // encoding/csv skips empty lines: the record that is one empty field cannot be written bare.
        const text = fields.length === 1 && fields[0] === '' ? '""' : fields.map(write).join(',')
        expect(read(text)).toEqual(fields)
      }),
    )
  })

  test('of any length', () => {
    const long = 'x"'.repeat(60_000)
    expect(read(`${write(long)},b`)).toEqual([long, 'b'])
  })
})
