import { expect, test } from 'vitest'
import { millicores } from '../../src/kube/quantity.ts'

test.each([
  ['10m', 10],
  ['2', 2000],
  ['0.5', 500],
  ['0.001', 1],
  ['1.5', 1500],
  ['100.5m', 100.5],
])('%s is %d millicores', (quantity, expected) => {
  expect(millicores(quantity)).toBe(expected)
})

test.each(['', 'm', '1k', '1e3', '-1', ' 1', '1 ', '.5', '5.'])(
  '%j is no form that krmpod writes',
  (quantity) => {
    expect(millicores(quantity)).toBeUndefined()
  },
)
