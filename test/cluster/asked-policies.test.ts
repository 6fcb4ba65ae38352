import { expect, test } from 'vitest'
import { type AskedPolicies, sharedPolicies } from '../../src/cluster/asked-policies.ts'
import { elapsedMs } from '../../src/cluster/elapsed.ts'

/** Counts how often it was asked; each answer was asked for so long ago. */
function counter(agoMs: number): { ask: () => AskedPolicies; asked: () => number } {
  let asked = 0
  const ask = (): AskedPolicies => {
    asked += 1
    return { answer: Promise.resolve([]), at: elapsedMs() - agoMs }
  }
  return { ask, asked: () => asked }
}

test('who asks within a second gets what the first one got', () => {
  const { ask, asked } = counter(0)
  const policies = sharedPolicies(ask)
  const first = policies()
  expect([policies(), policies()]).toEqual([first, first])
  expect(asked()).toBe(1)
})

test('who asks later gets something new', () => {
  const { ask, asked } = counter(2_000)
  const policies = sharedPolicies(ask)
  expect(policies()).not.toBe(policies())
  expect(asked()).toBe(2)
})
