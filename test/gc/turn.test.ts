import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rememberRefusal, takeTurn } from '../../src/gc/turn.ts'

const PLACE = { server: 'https://one/', namespace: 'functions' }
const NOW = new Date('2026-01-02T03:04:05Z')
const MINUTE_MS = 60_000

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'krmpod-turn-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

function take({ place = PLACE, laterMs = 0, random = 0.5 } = {}): Promise<boolean> {
  const now = new Date(NOW.getTime() + laterMs)
  return takeTurn({ dir: join(home, 'gc'), place, now, random: () => random })
}

test('of many runs at once, one sweeps', async () => {
  const turns = await Promise.all(Array.from({ length: 40 }, () => take()))
  expect(turns.filter(Boolean)).toHaveLength(1)
})

test('five minutes later it is due again, and what was remembered is forgotten', async () => {
  expect([await take(), await take(), await take({ laterMs: 5 * MINUTE_MS })]).toEqual([true, false, true])
  expect(await readdir(join(home, 'gc'))).toHaveLength(1)
})

test.each([
  { ...PLACE, namespace: 'other' },
  { ...PLACE, server: 'https://two/' },
])('another place has turns of its own: %o', async (place) => {
  expect([await take(), await take({ place }), await take({ place })]).toEqual([true, true, false])
  expect(await readdir(join(home, 'gc'))).toHaveLength(2)
})

test('who may not list Pods does not ask again for a day', async () => {
  expect(await take()).toBe(true)
  await rememberRefusal({ dir: join(home, 'gc'), place: PLACE, now: NOW })
  expect([await take({ laterMs: 6 * MINUTE_MS }), await take({ laterMs: 6 * 60 * MINUTE_MS })]).toEqual([
    false,
    false,
  ])
  expect(await take({ laterMs: 24 * 60 * MINUTE_MS })).toBe(true)
  expect(await readdir(join(home, 'gc'))).toHaveLength(1)
})

describe('where nothing can be remembered, one run in sixteen sweeps', () => {
  test.each([
    [0, true],
    [0.06, true],
    [0.07, false],
    [0.99, false],
  ])('without a home: %d is %s', async (random, turn) => {
    expect(await takeTurn({ dir: undefined, place: PLACE, now: NOW, random: () => random })).toBe(turn)
    await rememberRefusal({ dir: undefined, place: PLACE, now: NOW })
  })

  test.each([
    [0, true],
    [0.5, false],
  ])('with a cache that cannot be written: %d is %s', async (random, turn) => {
    await writeFile(join(home, '.cache'), '')
    const dir = join(home, '.cache', 'gc')
    expect(await takeTurn({ dir, place: PLACE, now: NOW, random: () => random })).toBe(turn)
    await rememberRefusal({ dir, place: PLACE, now: NOW })
  })
})
