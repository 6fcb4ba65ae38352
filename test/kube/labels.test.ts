import { expect, test } from 'vitest'
import { ANNOTATIONS, LABELS } from '../../src/kube/labels.ts'

// A qualified name (Kubernetes API: IsQualifiedName): a DNS subdomain, a slash, at most 63 characters.
const KEY = /^[a-z0-9.-]+\/[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/

test.each(Object.values({ ...LABELS, ...ANNOTATIONS }))('%s is a key that Kubernetes takes', (key) => {
  expect(key).toMatch(KEY)
})

test('no key has two meanings', () => {
  const keys = [...Object.values(LABELS), ...Object.values(ANNOTATIONS)]
  expect(new Set(keys).size).toBe(keys.length)
})
