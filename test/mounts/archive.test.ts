import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { archiveOf } from '../../src/mounts/archive.ts'
import { raw, type Tree } from '../../src/mounts/tree.ts'
import { type Tally, walk } from '../../src/mounts/walk.ts'
import { treePath } from '../../src/plan/receiver-script.ts'
import { folder } from './support/random-trees.ts'
import { busyboxPath, receive } from './support/receiver.ts'
import { list, make, temporaryFolder } from './support/tree-on-disk.ts'

const busybox = busyboxPath()
afterAll(() => busybox[Symbol.dispose]())

const NO_LIMITS = { maxBytes: Number.MAX_SAFE_INTEGER, maxFiles: Number.MAX_SAFE_INTEGER }

function archive(...roots: readonly string[]): Generator<Buffer, void, undefined> {
  const tally: Tally = { bytes: 0, files: 0, skipped: [] }
  const trees: readonly Tree[] = roots.map((root) => walk(raw(root), tally, NO_LIMITS))
  return archiveOf(trees)
}

describe.each([
  ['busybox', (): string => busybox.path, 150],
  ['GNU', (): string => '/usr/bin:/bin', 50],
] as const)('unpacked with %s', (_tools, path, runs) => {
  test(`${runs} random trees are what they were`, { timeout: 300_000 }, async () => {
    const property = fc.asyncProperty(folder, folder, async (one, other) => {
      using here = temporaryFolder()
      using there = temporaryFolder()
      make(one, join(here.path, 'one'))
      make(other, join(here.path, 'other'))
      const sources = ['one', 'other'].map((name) => join(here.path, name))
      const received = await receive(archive(...sources), { folder: there.path, path: path() })
      expect(received).toEqual({ exitCode: 0, stderr: '' })
      for (const [index, source] of sources.entries()) {
        expect(list(join(there.path, treePath(index)))).toEqual(list(source))
      }
    })
    await fc.assert(property, { numRuns: runs })
  })
})
