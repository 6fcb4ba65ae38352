import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderRightsDoc } from '../../src/install/rights-doc.ts'

test('docs/rights.md is what the abilities say (npm run docs)', () => {
  expect(readFileSync('docs/rights.md', 'utf8')).toBe(renderRightsDoc())
})
