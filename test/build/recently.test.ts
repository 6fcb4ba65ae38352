import { expect, test } from 'vitest'
import { recently } from '../../src/build/recently.ts'

/** Counts how often it was asked. */
function counter(): () => Promise<number> {
  let asked = 0
  return () => Promise.resolve((asked += 1))
}

test('who asks within the time gets the same answer', async () => {
  const count = recently(counter(), 60_000)
  expect(await Promise.all([count(), count()])).toEqual([1, 1])
  expect(await count()).toBe(1)
})

test('who asks later gets a new one', async () => {
  const count = recently(counter(), -1)
  expect([await count(), await count()]).toEqual([1, 2])
})

test('what went wrong is told to everybody who asked, and to nobody else', async () => {
  const fails = recently(() => Promise.reject(new Error('no')), 60_000)
  const [first, second] = [fails(), fails()]
  await expect(first).rejects.toThrow('no')
  await expect(second).rejects.toThrow('no')
})
