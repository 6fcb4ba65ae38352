import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { applyChanges, type Changes } from '../../src/mounts/apply.ts'
import { archiveOf } from '../../src/mounts/archive.ts'
import { treePath } from '../../src/plan/receiver-script.ts'
import { folder } from './support/random-trees.ts'
import { giveBack, receive } from './support/receiver.ts'
import { BUSYBOX_PATH } from './support/tools.ts'
import { treeOf } from './support/tree-of.ts'
import { list, make, temporaryFolder } from './support/tree-on-disk.ts'

/** Sends the folder, lets somebody work on the copy, and brings it back. */
async function workOn(source: string, work: (copy: string) => void): Promise<void> {
  using there = temporaryFolder()
  const tree = treeOf(source)
  const sent = new Map<string, string>()
  const path = BUSYBOX_PATH
  const received = await receive(archiveOf([tree], sent), { folder: there.path, path })
  expect(received).toEqual({ exitCode: 0, stderr: '' })
  work(join(there.path, treePath(0)))
  const archive = await giveBack([treePath(0)], { folder: there.path, path })
  await applyChanges({ trees: [{ tree, index: 0 }], sent, archive: from(archive) })
}

function from(bytes: Uint8Array): Changes['archive'] {
  return {
    read: async function* () {
      yield await Promise.resolve(bytes)
    },
  }
}

describe('what a function did to its copy', () => {
  test('is done to the folder, whatever it was: 40 random trees become others', {
    timeout: 300_000,
  }, async () => {
    const property = fc.asyncProperty(folder, folder, async (before, after) => {
      using here = temporaryFolder()
      using aside = temporaryFolder()
      const source = join(here.path, 'source')
      make({ ...before, mode: 0o755 }, source)
      const wanted = join(aside.path, 'wanted')
      make({ ...after, mode: 0o755 }, wanted)
      await workOn(source, (copy) => {
        rmSync(copy, { recursive: true })
        make({ ...after, mode: 0o755 }, copy)
      })
      expect(list(source)).toEqual(list(wanted))
    })
    await fc.assert(property, { numRuns: 40 })
  })

  test('touches nothing else: neither other files nor modes that the function never saw', async () => {
    using here = temporaryFolder()
    writeFileSync(join(here.path, 'private'), 'x', { mode: 0o600 })
    writeFileSync(join(here.path, 'same'), 'y')
    const { ino } = statSync(join(here.path, 'same'))
    await workOn(here.path, (copy) => appendFileSync(join(copy, 'private'), 'more'))
    expect(readFileSync(join(here.path, 'private'), 'utf8')).toBe('xmore')
    expect(statSync(join(here.path, 'private')).mode & 0o777).toBe(0o600)
    expect(statSync(join(here.path, 'same')).ino).toBe(ino)
  })

  test('goes to a single file, too', async () => {
    using here = temporaryFolder()
    const source = join(here.path, 'values.yaml')
    writeFileSync(source, 'a: 1\n')
    await workOn(source, (copy) => writeFileSync(copy, 'a: 2\n'))
    expect(readFileSync(source, 'utf8')).toBe('a: 2\n')
  })

  test('stays in the folder where a link out of it becomes a folder', async () => {
    using here = temporaryFolder()
    const [source, elsewhere] = [join(here.path, 'source'), join(here.path, 'elsewhere')]
    for (const path of [source, elsewhere]) mkdirSync(path)
    writeFileSync(join(elsewhere, 'a'), 'not ours')
    symlinkSync(elsewhere, join(source, 'link'))
    await workOn(source, (copy) => {
      rmSync(join(copy, 'link'))
      mkdirSync(join(copy, 'link'))
      writeFileSync(join(copy, 'link', 'a'), 'ours')
    })
    expect(readFileSync(join(source, 'link', 'a'), 'utf8')).toBe('ours')
    expect(readFileSync(join(elsewhere, 'a'), 'utf8')).toBe('not ours')
  })

  test.each<[string, (source: string) => void]>([
    ['changed as well', (source) => writeFileSync(join(source, 'a'), 'somebody else')],
    [
      'replaced',
      (source) => {
        rmSync(join(source, 'a'))
        writeFileSync(join(source, 'a'), 'a')
      },
    ],
    ['removed', (source) => rmSync(join(source, 'a'))],
    [
      'a link by now',
      (source) => {
        rmSync(join(source, 'a'))
        symlinkSync('/etc/hostname', join(source, 'a'))
      },
    ],
    ['in the way of a new one', (source) => writeFileSync(join(source, 'new'), 'mine')],
  ])(
    'and a file that is %s by somebody else is an error before anything is touched',
    async (_what, meddle) => {
      using here = temporaryFolder()
      writeFileSync(join(here.path, 'a'), 'a')
      writeFileSync(join(here.path, 'b'), 'b')
      const working = workOn(here.path, (copy) => {
        for (const name of ['a', 'b', 'new']) writeFileSync(join(copy, name), 'changed')
        meddle(here.path)
      })
      await expect(working).rejects.toMatchObject({ code: 'MOUNT_CHANGED' })
      expect(readFileSync(join(here.path, 'b'), 'utf8')).toBe('b')
    },
  )
})

test('what goes wrong on this machine is named, and is no bug', async () => {
  using here = temporaryFolder()
  const bytes = await packed([{ name: 'tree/0000/new', content: 'x' }])
  let reads = 0
  const archive: Changes['archive'] = {
    read: () => {
      reads += 1
      if (reads > 1) throw new Error('no space left on device')
      return from(bytes).read()
    },
  }
  const applying = applyChanges({ trees: [{ tree: treeOf(here.path), index: 0 }], sent: new Map(), archive })
  await expect(applying).rejects.toMatchObject({
    code: 'MOUNT_RETURN',
    message: expect.stringContaining('no space left on device; some of the files may have been') as string,
  })
})

interface Member {
  readonly name: string
  readonly type?: 'file' | 'directory' | 'symlink' | 'link' | 'fifo'
  readonly linkname?: string
  readonly content?: string
}

async function packed(members: readonly Member[]): Promise<Buffer> {
  const packing = pack()
  packing.entry({ name: 'tree/0000', type: 'directory' })
  for (const { content, ...header } of members) packing.entry(header, content ?? '')
  packing.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of packing) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

describe('an archive that lies never gets out of the folder', () => {
  test.each<[string, readonly Member[]]>([
    ['dots', [{ name: 'tree/0000/../../out', content: 'x' }]],
    ['dots at the end', [{ name: 'tree/0000/..', type: 'directory' }]],
    ['an empty step', [{ name: 'tree/0000//out', content: 'x' }]],
    [
      'through a link of its own',
      [
        { name: 'tree/0000/link', type: 'symlink', linkname: '..' },
        { name: 'tree/0000/link/out', content: 'x' },
      ],
    ],
    ['below nothing', [{ name: 'tree/0000/folder/out', content: 'x' }]],
    [
      'below a file',
      [
        { name: 'tree/0000/a', content: 'a' },
        { name: 'tree/0000/a/out', content: 'x' },
      ],
    ],
    [
      'twice',
      [
        { name: 'tree/0000/a', content: 'a' },
        { name: 'tree/0000/a', content: 'x' },
      ],
    ],
    ['a hard link to elsewhere', [{ name: 'tree/0000/a', type: 'link', linkname: '/etc/passwd' }]],
    ['a hard link to another tree', [{ name: 'tree/0000/a', type: 'link', linkname: 'tree/0001/a' }]],
    ['a pipe', [{ name: 'tree/0000/a', type: 'fifo' }]],
  ])('%s', async (_what, members) => {
    using here = temporaryFolder()
    const source = join(here.path, 'source')
    mkdirSync(source)
    const trees = [{ tree: treeOf(source), index: 0 }]
    const applying = packed(members).then((bytes) =>
      applyChanges({ trees, sent: new Map(), archive: from(bytes) }),
    )
    await expect(applying).rejects.toMatchObject({ code: 'MOUNT_RETURN' })
    expect(list(here.path)).toEqual(['folder 755 ""', 'folder 755 "/source"'])
  })

  test('a link of the host that stands where the function has a folder is not followed', async () => {
    using here = temporaryFolder()
    const source = join(here.path, 'source')
    mkdirSync(join(source, 'folder'), { recursive: true })
    mkdirSync(join(here.path, 'outside'))
    const working = workOn(source, (copy) => {
      writeFileSync(join(copy, 'folder/new'), 'x')
      rmSync(join(source, 'folder'), { recursive: true })
      symlinkSync('../outside', join(source, 'folder'))
    })
    await expect(working).rejects.toMatchObject({ code: 'MOUNT_CHANGED' })
    expect(list(join(here.path, 'outside'))).toEqual(['folder 755 ""'])
  })
})
