import { expect, test } from 'vitest'
import { NextTime } from '../../src/build/next-time.ts'

const never = (): AbortSignal => new AbortController().signal

test('nothing is done before it is time; then work of one key is done in turn, that of others beside it', async () => {
  const nextTime = new NextTime()
  const log: string[] = []
  const work = (name: string) => async (): Promise<void> => {
    log.push(`${name} begins`)
    await new Promise((resolve) => setImmediate(resolve))
    log.push(`${name} ends`)
  }
  nextTime.add({ key: 'a', most: 2, work: work('a1') })
  nextTime.add({ key: 'a', most: 2, work: work('a2') })
  nextTime.add({ key: 'a', most: 2, work: work('one too many') })
  nextTime.add({ key: 'b', most: 1, work: work('b') })
  expect(log).toEqual([])
  await nextTime.prepare(never())
  expect(log).toEqual(['a1 begins', 'b begins', 'a1 ends', 'a2 begins', 'b ends', 'a2 ends'])
})

test('it is not waited for by somebody who is gone, before or meanwhile', async () => {
  const nextTime = new NextTime()
  const gone = new AbortController()
  let begun = 0
  const work = (): Promise<void> => {
    begun += 1
    gone.abort()
    return new Promise(() => undefined)
  }
  for (const key of ['a', 'a', 'b']) nextTime.add({ key, most: 2, work })
  await nextTime.prepare(AbortSignal.abort())
  expect(begun).toBe(0)
  await nextTime.prepare(gone.signal)
  expect(begun, 'and nothing more is begun').toBe(1)
})

test('all of it together has a limit', { timeout: 20_000 }, async () => {
  const nextTime = new NextTime()
  const start = performance.now()
  for (const key of ['a', 'b']) nextTime.add({ key, most: 1, work: () => new Promise(() => undefined) })
  await nextTime.prepare(never())
  expect(performance.now() - start).toBeGreaterThan(4_000)
})
