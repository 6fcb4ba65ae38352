import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { diskMemory } from '../../src/cluster/memory.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'krmpod-memory-'))
})

afterEach(() => rm(dir, { recursive: true }))

test('what is kept is recalled by its subject, until it is forgotten', async () => {
  const memory = diskMemory(dir)
  await memory.keep('a', 'one')
  await memory.keep('b', 'two')
  await memory.keep('a', 'three')
  expect([await memory.recall('a'), await memory.recall('b')]).toEqual(['three', 'two'])
  await memory.forget('a')
  expect([await memory.recall('a'), await memory.recall('b')]).toEqual([undefined, 'two'])
})

test('many at once: each is kept, though the drafts of the others come and go', async () => {
  const memory = diskMemory(dir)
  const keepAndRecall = async (subject: string): Promise<void> => {
    for (let round = 0; round < 50; round += 1) {
      await memory.keep(subject, String(round))
      expect(await memory.recall(subject), subject).toBe(String(round))
    }
  }
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map(keepAndRecall))
})

test('a file that nobody has renewed for a month goes with the next thing kept', async () => {
  const memory = diskMemory(dir)
  await writeFile(join(dir, 'old.json'), '', { mode: 0o600 })
  const longAgo = Date.now() / 1000 - 31 * 24 * 3600
  await utimes(join(dir, 'old.json'), longAgo, longAgo)
  await memory.keep('a', 'one')
  expect(await readdir(dir)).toHaveLength(1)
  expect(await memory.recall('a')).toBe('one')
})
