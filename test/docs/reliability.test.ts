import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const ROWS = [
  ...readFileSync(join(root, 'docs/reliability.md'), 'utf8').matchAll(
    /^\| (F\d+) *\|.*\| `(test\/[^`]+)`: `(.+)` *\|$/gm,
  ),
].map(([, number = '', file = '', title = '']) => ({ number, file, title }))

/** Those of network policies, users and platforms are other documents'. */
const REQUIRED = [
  ...Array.from({ length: 23 }, (_, index) => index + 1),
  27,
  31,
  32,
  33,
  34,
  35,
  36,
  37,
  38,
  39,
]

describe('docs/reliability.md', () => {
  test('has every failure once', () => {
    expect(ROWS.map(({ number }) => number)).toEqual(REQUIRED.map((number) => `F${number}`))
  })

  test.each(ROWS)('$number names a test that is there: $title', ({ file, title }) => {
    expect(readFileSync(join(root, file), 'utf8')).toContain(title)
  })
})
