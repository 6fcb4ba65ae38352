import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type CatalogueEntry, ERRORS } from '../../src/errors/catalogue.ts'
import { renderErrorsDoc } from '../../src/errors/errors-doc.ts'

const FILE = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')

const ENTRIES = Object.entries<CatalogueEntry>(ERRORS).map(([code, entry]) => ({ code, ...entry }))
const sections = new Map(
  FILE.split(/^## `KRMPOD_/m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('`')), text]),
)

describe('docs/errors.md', () => {
  test('is what the catalogue says; `npm run docs` writes it', () => {
    expect(FILE).toBe(renderErrorsDoc())
  })

  test('has every code of the catalogue, and no other', () => {
    expect([...sections.keys()]).toEqual(ENTRIES.map(({ code }) => code))
  })

  test.each(ENTRIES)('$code: exit status, when and hint', ({ code, exit, when, hint }) => {
    const section = sections.get(code)
    expect(section).toContain(`Exit status ${exit}. ${when}\n`)
    expect(section).toMatch(/^docker: .*[^.]\.$/m)
    expect(section).toContain(hint ?? '')
  })

  test('shows where the details of a message go', () => {
    expect(sections.get('IMAGE_PULL')).toContain('docker: cannot pull <image>: <event>.\n')
    expect(sections.get('BAD_VALUE')).toContain('docker: invalid <what> "<got>": expected <expected>.\n')
  })
})

describe('the catalogue', () => {
  test.each(ENTRIES)('$code is written as all others', ({ code, exit, when, hint }) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
    expect([1, 125, 126, 127]).toContain(exit)
    expect(when).toMatch(/\.$/)
    expect(hint ?? 'none.').toMatch(/\.$/)
  })
})
