import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyLibraries } from './libraries.mjs'
import { sh } from './sh.mjs'

/** One program of a Debian package, which is downloaded and unpacked, not installed, with its shared libraries. */
export async function copyDebian(layer, root) {
  const folder = await mkdtemp(join(tmpdir(), 'krmpod-debian-'))
  try {
    await download(layer.debian, folder)
    const [file] = await readdir(folder)
    await sh('dpkg', ['-x', join(folder, file), join(folder, 'tree')])
    const program = join(folder, 'tree', layer.program)
    await cp(program, join(root, layer.program))
    await copyLibraries(program, root)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function download(name, cwd) {
  const apt = () => sh('apt-get', ['download', name], { cwd })
  await apt().catch(async () => {
    await sh('apt-get', ['update', '-qq'])
    await apt()
  })
}
