import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const TEXT = readFileSync(join(root, 'docs/security.md'), 'utf8')
const ROWS = [...TEXT.matchAll(/^\| (.+?) *\|.*\| `(test\/[^`]+)`: `(.+)` *\|$/gm)].map(
  ([, what = '', file = '', title = '']) => ({ what, file, title }),
)

describe('docs/security.md', () => {
  test('every row of its tables names a test', () => {
    const rows = TEXT.match(/^\| (?!what is tried|---).*\|$/gm) ?? []
    expect(ROWS).toHaveLength(rows.length)
    expect(rows.length).toBeGreaterThan(30)
  })

  test.each(ROWS)('$what: $title', ({ file, title }) => {
    expect(readFileSync(join(root, file), 'utf8')).toContain(title)
  })

  test('the failures of networks, users and logs are named', () => {
    for (const number of ['F24', 'F25', 'F26', 'F28', 'F29', 'F30'])
      expect(TEXT).toMatch(new RegExp(`^\\| ${number}: `, 'm'))
  })
})
