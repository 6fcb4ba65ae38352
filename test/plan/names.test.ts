import fc from 'fast-check'
import { expect, test } from 'vitest'
import { podName } from '../../src/plan/names.ts'

const RUN_ID = '0123456789'
const DIGEST = `sha256:${'a'.repeat(64)}`

test.each([
  ['ghcr.io/kptdev/krm-functions-catalog/set-labels:v0.2.0', 'krmpod-set-labels-0123456789'],
  [`ghcr.io/acme/set-labels@${DIGEST}`, 'krmpod-set-labels-0123456789'],
  [`ghcr.io/acme/set-labels:v1@${DIGEST}`, 'krmpod-set-labels-0123456789'],
  ['busybox', 'krmpod-busybox-0123456789'],
  ['busybox:1.36', 'krmpod-busybox-0123456789'],
  ['localhost:5000/fn', 'krmpod-fn-0123456789'],
  ['My_Name.With__all', 'krmpod-my-name-with-all-0123456789'],
  ['___', 'krmpod-0123456789'],
  ['', 'krmpod-0123456789'],
  ['x'.repeat(100), `krmpod-${'x'.repeat(45)}-0123456789`],
])('%s gives %s', (wish, expected) => {
  expect(podName(wish, RUN_ID)).toBe(expected)
})

test('whatever is wished for, it is an RFC 1123 label that ends with the run', () => {
  const runIds = fc.stringMatching(/^[a-z0-9]{1,20}$/)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w.:/@-]+$/)), runIds, (wish, runId) => {
      const name = podName(wish, runId)
      expect(name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
      expect(name.length).toBeLessThanOrEqual(63)
      expect(name.endsWith(`-${runId}`)).toBe(true)
    }),
  )
})
