import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderFlagsDoc } from '../../src/argv/flags-doc.ts'

test('docs/flags.md is what the tables say; `npm run docs` writes it', () => {
  expect(readFileSync(new URL('../../docs/flags.md', import.meta.url), 'utf8')).toBe(renderFlagsDoc())
})
