import { expect, test } from 'vitest'
import { ancestors, parseStat } from '../../src/cli/ancestors.ts'

const FIELDS = `S 12 77 77 0 -1 4194560 ${'0 '.repeat(12)}4242 0`

test.each([
  ['kustomize', 'kustomize'],
  ['a name with blanks and brackets', 'x) R (y z'],
  ['no name at all', ''],
])('/proc/PID/stat of %s', (_what, name) => {
  expect(parseStat(`99 (${name}) ${FIELDS}\n`)).toEqual({ name, parent: 12, start: 4242 })
})

test.each(['', '99 (cut', '99 (cut) S 12 77'])('%j says nothing', (text) => {
  expect(parseStat(text)).toBeUndefined()
})

test.runIf(process.platform === 'linux')('of this process: each is older than the one below it', async () => {
  const found = await ancestors()
  expect(found.length).toBeGreaterThan(0)
  const ages = found.map(({ ageMs }) => ageMs)
  expect(ages).toEqual(ages.toSorted((a, b) => a - b))
})
