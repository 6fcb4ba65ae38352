import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CASES } from './cases/all.ts'
import { EARLY_SERIES } from './cases/early-speakers.ts'

const ROWS = [...Object.values(CASES).flat(), ...EARLY_SERIES]
const DOCUMENT = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8')
const DOCUMENTED = [...DOCUMENT.matchAll(/^\| `(?<key>[a-z-]+)` *\|/gm)].map((match) => match.groups?.['key'])

function repeated(values: readonly unknown[]): readonly unknown[] {
  return values.filter((value, i) => values.indexOf(value) !== i)
}

describe('the cases of the oracle', () => {
  test('are at least sixty, of every concern', () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(60)
    expect(Object.entries(CASES).filter(([, rows]) => rows.length < 3)).toEqual([])
  })

  test('have names of their own: --only and the report know them by these', () => {
    expect(repeated(ROWS.map(({ name }) => name))).toEqual([])
  })

  test('are calls of `docker run`', () => {
    const others = ROWS.filter(({ argv }) => !/^(container,)?run(,|$)/.test(argv.join()))
    expect(others).toEqual([])
  })

  test('that differ say in what, each part once', () => {
    const vague = ROWS.filter(
      ({ differs }) => differs && (differs.in.length === 0 || repeated(differs.in).length > 0),
    )
    expect(vague).toEqual([])
  })

  test('that speak early again and again may differ in nothing', () => {
    expect(EARLY_SERIES.filter(({ differs }) => differs)).toEqual([])
  })
})

describe('docs/differences.md', () => {
  test('has a key in every row, each once', () => {
    const rows = DOCUMENT.split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2)
    expect(DOCUMENTED).toHaveLength(rows.length)
    expect(repeated(DOCUMENTED)).toEqual([])
  })

  test('has a row for every difference that a case names, and a case for every row', () => {
    const named = new Set(ROWS.flatMap(({ differs }) => (differs ? [differs.key] : [])))
    expect([...named].sort()).toEqual([...DOCUMENTED].sort())
  })
})
