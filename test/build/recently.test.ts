import { expect, test } from 'vitest'
import { recently } from '../../src/build/recently.ts'

/** Counts how often it was asked. */
function counter(): () => number {
  let asked = 0
  return () => (asked += 1)
}

test('who asks within the time gets what the first one got', () => {
  const count = recently(counter(), 60_000)
  expect([count(), count(), count()]).toEqual([1, 1, 1])
})

test('who asks later gets something new', () => {
  const count = recently(counter(), -1)
  expect([count(), count()]).toEqual([1, 2])
})
