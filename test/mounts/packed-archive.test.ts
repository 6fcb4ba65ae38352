import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { archiveOf } from '../../src/mounts/archive.ts'
import { PreparedArchive } from '../../src/mounts/prepared-archive.ts'
import type { Tree } from '../../src/mounts/tree.ts'
import { treePath } from '../../src/plan/receiver-script.ts'
import { receive } from './support/receiver.ts'
import { TOOLS } from './support/tools.ts'
import { treeOf } from './support/tree-of.ts'
import { file, folder, list, make, temporaryFolder } from './support/tree-on-disk.ts'

const FILES = 500
const MEMBERS = Array.from(
  { length: FILES },
  (_, index) => [`file-${index}.yaml`, file(`kind: ConfigMap\ndata: { index: "${index}" }\n`)] as const,
)

function treeIn(path: string): Tree {
  make(folder(Object.fromEntries(MEMBERS)), path)
  return treeOf(path)
}

async function packed(tree: Tree): Promise<PreparedArchive> {
  const archive = new PreparedArchive([tree])
  await archive.pack()
  return archive
}

test('manifests take a tenth of their archive', async () => {
  using here = temporaryFolder()
  const tree = treeIn(join(here.path, 'source'))
  const bytes = Buffer.concat([...(await packed(tree)).read()])
  expect(bytes.length).toBeLessThan(Buffer.concat([...archiveOf([tree])]).length / 10)
})

test('it can be read again: who took it first may have been nobody', async () => {
  using here = temporaryFolder()
  const archive = await packed(treeIn(join(here.path, 'source')))
  const [first, second] = [archive, archive].map((again) => Buffer.concat([...again.read()]))
  expect(first?.length).toBeGreaterThan(0)
  expect(second).toEqual(first)
})

test('a file that has changed since the tree was walked is told when it is read', async () => {
  using here = temporaryFolder()
  const tree = treeIn(join(here.path, 'source'))
  writeFileSync(join(here.path, 'source', 'file-7.yaml'), 'kind: Secret\n')
  const archive = await packed(tree)
  expect(() => [...archive.read()]).toThrow(/file-7\.yaml/)
})

describe.each(TOOLS)('unpacked with %s', (_tools, path) => {
  test('it is what it was', async () => {
    using here = temporaryFolder()
    using there = temporaryFolder()
    const archive = await packed(treeIn(join(here.path, 'source')))
    const received = await receive(archive.read(), { folder: there.path, path, packed: true })
    expect(received).toEqual({ exitCode: 0, stderr: '' })
    expect(list(join(there.path, treePath(0)))).toEqual(list(join(here.path, 'source')))
  })

  test('nothing of it that is cut passes for all of it', { timeout: 120_000 }, async () => {
    using here = temporaryFolder()
    const archive = await packed(treeIn(join(here.path, 'source')))
    const bytes = Buffer.concat([...archive.read()])
    // Its last eight bytes are the sum and the length of what is packed.
    for (const missing of [1, 8, 9, 100, bytes.length >> 1, bytes.length - 10, bytes.length]) {
      using there = temporaryFolder()
      const cut = bytes.subarray(0, bytes.length - missing)
      const { exitCode } = await receive([cut], { folder: there.path, path, packed: true })
      expect([missing, exitCode]).toEqual([missing, expect.toBeOneOf([11, 12, 13])])
    }
  })

  test('a bit that has changed on the way is noticed, or makes no difference to any file', {
    timeout: 120_000,
  }, async () => {
    using here = temporaryFolder()
    const source = join(here.path, 'source')
    const bytes = Buffer.concat([...(await packed(treeIn(source))).read()])
    for (const at of [0, 20, bytes.length >> 2, bytes.length >> 1, bytes.length - 6]) {
      using there = temporaryFolder()
      const other = Buffer.from(bytes)
      other[at] = (other[at] ?? 0) ^ 1
      const { exitCode } = await receive([other], { folder: there.path, path, packed: true })
      // What fills a block of the archive belongs to no file.
      if (exitCode === 0) expect(list(join(there.path, treePath(0)))).toEqual(list(source))
      else expect([at, exitCode]).toEqual([at, expect.toBeOneOf([11, 12, 13])])
    }
  })
})
