import { describe, expect, test } from 'vitest'
import { closes, openedBy } from '../../src/isolation/policies.ts'
import { selects } from '../../src/isolation/selector.ts'
import type { NetworkPolicy } from '../../src/kube/types.ts'

const LABELS = { 'app.kubernetes.io/managed-by': 'krmpod', 'krmpod.dev/network': 'none', team: 'a' }

function policy(spec: NetworkPolicy['spec'], name = 'p'): NetworkPolicy {
  return { metadata: { name }, ...(spec && { spec }) }
}

describe('a selector, as Kubernetes reads it', () => {
  test.each([
    ['nothing asked', {}, true],
    ['a label', { matchLabels: { team: 'a' } }, true],
    ['a label of another value', { matchLabels: { team: 'b' } }, false],
    ['one of two labels', { matchLabels: { team: 'a', app: 'x' } }, false],
    ['In', { matchExpressions: [{ key: 'team', operator: 'In', values: ['b', 'a'] }] }, true],
    ['In, without the key', { matchExpressions: [{ key: 'app', operator: 'In', values: ['a'] }] }, false],
    ['NotIn', { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['a'] }] }, false],
    [
      'NotIn, without the key',
      { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['a'] }] },
      true,
    ],
    ['Exists', { matchExpressions: [{ key: 'team', operator: 'Exists' }] }, true],
    ['Exists, without the key', { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, false],
    ['DoesNotExist', { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }, false],
    ['DoesNotExist, without the key', { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, true],
    ['an operator of tomorrow', { matchExpressions: [{ key: 'team', operator: 'Gt', values: ['1'] }] }, true],
    [
      'a label and a requirement that does not hold',
      { matchLabels: { team: 'a' }, matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] },
      false,
    ],
  ])('%s', (_what, selector, expected) => {
    expect(selects(selector, LABELS)).toBe(expected)
  })
})

const BOTH = ['Ingress', 'Egress']

describe('a policy that closes', () => {
  test.each([
    [
      'selects the label',
      { podSelector: { matchLabels: { 'krmpod.dev/network': 'none' } }, policyTypes: BOTH },
      true,
    ],
    ['selects all Pods', { podSelector: {}, policyTypes: BOTH }, true],
    ['has empty lists of rules', { podSelector: {}, policyTypes: BOTH, ingress: [], egress: [] }, true],
    ['selects others', { podSelector: { matchLabels: { app: 'x' } }, policyTypes: BOTH }, false],
    ['is about ingress alone', { podSelector: {}, policyTypes: ['Ingress'] }, false],
    ['says no types, which means ingress', { podSelector: {} }, false],
    ['lets something out', { podSelector: {}, policyTypes: BOTH, egress: [{}] }, false],
    ['lets something in', { podSelector: {}, policyTypes: BOTH, ingress: [{}] }, false],
    ['has no spec', undefined, false],
  ])('%s: %s', (_what, spec, expected) => {
    expect(closes(policy(spec), LABELS)).toBe(expected)
  })
})

test('policies that open: those with a rule that select the Pod, whatever others say', () => {
  const policies = [
    policy({ podSelector: {}, policyTypes: BOTH }, 'denies'),
    policy({ podSelector: { matchLabels: { app: 'x' } }, egress: [{}] }, 'of others'),
    policy({ podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53 }] }] }, 'dns'),
    policy({ podSelector: { matchLabels: { team: 'a' } }, ingress: [{}] }, 'by-a-label-of-the-settings'),
    policy(undefined, 'empty'),
  ]
  expect(openedBy(policies, LABELS)).toEqual(['by-a-label-of-the-settings', 'dns'])
})
