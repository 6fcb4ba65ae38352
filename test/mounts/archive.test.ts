import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { archiveOf } from '../../src/mounts/archive.ts'
import { treePath } from '../../src/plan/receiver-script.ts'
import { folder } from './support/random-trees.ts'
import { receive } from './support/receiver.ts'
import { TOOLS } from './support/tools.ts'
import { treeOf } from './support/tree-of.ts'
import { list, make, temporaryFolder } from './support/tree-on-disk.ts'

const RUNS = { busybox: 150, GNU: 50 }

describe.each(TOOLS)('unpacked with %s', (tools, path) => {
  const runs = RUNS[tools]
  test(`${runs} random trees are what they were`, { timeout: 300_000 }, async () => {
    const property = fc.asyncProperty(folder, folder, async (one, other) => {
      using here = temporaryFolder()
      using there = temporaryFolder()
      make(one, join(here.path, 'one'))
      make(other, join(here.path, 'other'))
      const sources = ['one', 'other'].map((name) => join(here.path, name))
      const received = await receive(archiveOf(sources.map(treeOf)), { folder: there.path, path })
      expect(received).toEqual({ exitCode: 0, stderr: '' })
      for (const [index, source] of sources.entries()) {
        expect(list(join(there.path, treePath(index)))).toEqual(list(source))
      }
    })
    await fc.assert(property, { numRuns: runs })
  })
})
