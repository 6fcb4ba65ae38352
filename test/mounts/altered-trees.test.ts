import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { archiveOf } from '../../src/mounts/archive.ts'
import { receive } from './support/receiver.ts'
import { TOOLS } from './support/tools.ts'
import { treeOf } from './support/tree-of.ts'
import { file, folder, make, temporaryFolder } from './support/tree-on-disk.ts'

const TREE = folder({
  dir: folder({ inner: file('inner') }),
  empty: folder({}),
  one: file('x'),
  two: file('yz'),
  same: file('b', 0o777),
  link: { kind: 'link', target: 'b' },
})

describe.each(TOOLS)('what was unpacked with %s is not what was sent', (_tools, path) => {
  test.each([
    ['a file is gone', 'rm one'],
    ['a file too much', 'touch three'],
    ['a folder too much', 'mkdir three'],
    ['a pipe too much', 'mkfifo three'],
    ['a link too much', 'ln -s one three'],
    ['another content of the same length', 'printf w > one'],
    ['another length', 'printf xx > one'],
    ['a byte on the other side of the end of a file', 'printf xy > one; printf z > two'],
    ['the mode of a file', 'chmod 600 one'],
    ['the mode of a folder', 'chmod 700 dir'],
    ['another name', 'mv one other'],
    ['another folder', 'mv dir/inner inner'],
    ['the target of a link', 'rm link; ln -s c link'],
    ['a file and a folder have each other’s names', 'mv one tmp; mv empty one; mv tmp empty'],
    ['a file and a link have each other’s names', 'mv same tmp; mv link same; mv tmp link'],
  ])('%s', async (_what, change) => {
    using here = temporaryFolder()
    using there = temporaryFolder()
    using wrapper = temporaryFolder()
    make(TREE, join(here.path, 'source'))
    const tree = treeOf(join(here.path, 'source'))
    // A shell that looks for programs in its PATH, as busybox's does not; and a tar that knows better.
    mkdirSync(join(wrapper.path, 'shell'))
    symlinkSync('/bin/sh', join(wrapper.path, 'shell', 'sh'))
    const real = join(path.split(':').at(-1) ?? '', 'tar')
    const tar = join(wrapper.path, 'tar')
    writeFileSync(tar, `#!/bin/sh\n${real} "$@" && cd tree/0000 && { ${change}; }\n`)
    chmodSync(tar, 0o755)
    const received = await receive(archiveOf([tree]), {
      folder: there.path,
      path: `${wrapper.path}:${path}:${wrapper.path}/shell`,
    })
    expect(received).toEqual({ exitCode: 13, stderr: '' })
  })
})
