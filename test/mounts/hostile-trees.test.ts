import { chmodSync, closeSync, constants, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { archiveOf } from '../../src/mounts/archive.ts'
import { treePath } from '../../src/plan/receiver-script.ts'
import { receive } from './support/receiver.ts'
import { TOOLS } from './support/tools.ts'
import { treeOf } from './support/tree-of.ts'
import { list, temporaryFolder } from './support/tree-on-disk.ts'

const CANARY = 'canary: nothing of this folder is asked for'
const LONGEST_NAME = 'n'.repeat(255)
const LONGEST_TARGET = '../'.repeat(1365)

const HOSTILE: readonly (readonly [string, (source: string) => void])[] = [
  ['an absolute link', (source) => symlinkSync('/etc/passwd', join(source, 'link'))],
  ['a link to a file outside', (source) => symlinkSync('../outside/secret', join(source, 'link'))],
  ['a link to a folder outside', (source) => symlinkSync('../outside', join(source, 'link'))],
  ['a link to nothing', (source) => symlinkSync('nowhere', join(source, 'link'))],
  ['a link to itself', (source) => symlinkSync('link', join(source, 'link'))],
  ['a link to the folder that it is in', (source) => symlinkSync('.', join(source, 'link'))],
  [
    'links in a circle',
    (source) => {
      symlinkSync('two', join(source, 'one'))
      symlinkSync('one', join(source, 'two'))
    },
  ],
  ['the longest target', (source) => symlinkSync(LONGEST_TARGET, join(source, 'link'))],
  ['the longest name', (source) => writeFileSync(join(source, LONGEST_NAME), 'x')],
  ['the longest name of a link', (source) => symlinkSync(LONGEST_TARGET, join(source, LONGEST_NAME))],
  [
    'names that are options, patterns and commands',
    (source) => {
      const names = [
        '-rf',
        '--checkpoint-action=exec=sh',
        '*',
        '$(touch pwned)',
        '`id`',
        '; exit 0',
        '\\',
        '~',
        '\x1b[2J',
      ]
      for (const name of names) writeFileSync(join(source, name), name)
    },
  ],
  [
    'names of the archive itself',
    (source) => {
      const names = ['manifest', 'modes', 'found', 'contents', 'paths', 'large', 'large-found', 'unpacked']
      for (const name of names) writeFileSync(join(source, name), name)
      mkdirSync(join(source, 'tree'))
    },
  ],
  [
    'more than xargs takes at once: 700 long names, and folders that their owner may not write to',
    (source) => {
      for (let index = 0; index < 700; index += 1) {
        const path = join(source, `${'long-'.repeat(20)}${index}`)
        mkdirSync(path)
        writeFileSync(join(path, 'file'), String(index))
        chmodSync(path, 0o555)
      }
    },
  ],
  ['255 folders in each other', (source) => nest(source, { name: 'a', depth: 255 })],
  [
    'the longest path that the system can name',
    (source) => nest(source, { name: 'n'.repeat(249), depth: 15 }),
  ],
]

describe.each(TOOLS)('unpacked with %s', (_tools, path) => {
  test.each(HOSTILE)('%s is what it was, and nothing else is sent', async (_what, make) => {
    using here = temporaryFolder()
    using there = temporaryFolder()
    const source = sourceIn(here.path)
    make(source)
    const archive = Buffer.concat([...archiveOf([treeOf(source)])])
    expect(archive.includes(CANARY)).toBe(false)
    expect(await receive([archive], { folder: there.path, path })).toEqual({ exitCode: 0, stderr: '' })
    expect(list(join(there.path, treePath(0)))).toEqual(list(source))
    using packed = temporaryFolder()
    const received = await receive([gzipSync(archive)], { folder: packed.path, path, packed: true })
    expect(received).toEqual({ exitCode: 0, stderr: '' })
    expect(list(join(packed.path, treePath(0)))).toEqual(list(source))
  })
})

describe('refused before anything is sent', () => {
  test('a path of 5,000 characters', () => {
    using here = temporaryFolder()
    const source = sourceIn(here.path)
    nest(source, { name: 'n'.repeat(249), depth: 20 })
    expect(() => treeOf(source)).toThrow(/nnn: its path is longer than the system can name$/)
  })

  test('1,900 folders in each other', () => {
    using here = temporaryFolder()
    const source = sourceIn(here.path)
    nest(source, { name: 'a', depth: 1_900 })
    expect(() => treeOf(source)).toThrow('the mounted folders hold more than 256 folders in each other')
  })
})

function sourceIn(folder: string): string {
  mkdirSync(join(folder, 'outside'))
  writeFileSync(join(folder, 'outside', 'secret'), CANARY)
  const source = join(folder, 'source')
  mkdirSync(source)
  return source
}

/** Step by step, as a path can be longer than what the system takes at once. */
function nest(source: string, { name, depth }: { readonly name: string; readonly depth: number }): void {
  let folder = openSync(source, constants.O_DIRECTORY)
  for (let level = 0; level < depth; level += 1) {
    const below = `/proc/self/fd/${folder}/${name}`
    mkdirSync(below)
    const inner = openSync(below, constants.O_DIRECTORY)
    closeSync(folder)
    folder = inner
  }
  closeSync(folder)
}
