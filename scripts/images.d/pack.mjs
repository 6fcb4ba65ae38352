import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { chmod, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { meter } from './meter.mjs'
import { adoptBlob, CACHE } from './store.mjs'

const UNIFORM = '--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu'.split(' ')

export const isExecutable = ({ mode }) => (mode & 0o111) !== 0

/** Modes as git keeps them, whatever the umask of this checkout. */
export async function normalizeModes(root) {
  for (const name of await readdir(root, { recursive: true })) {
    const path = join(root, name)
    const entry = await lstat(path)
    if (!entry.isSymbolicLink()) await chmod(path, entry.isDirectory() || isExecutable(entry) ? 0o755 : 0o644)
  }
}

/** Packs a tree as a layer. The same tree gives the same bytes. */
export async function pack(root) {
  const names = (await readdir(root)).sort()
  const args = ['-C', root, ...UNIFORM, '-cf', '-', ...names]
  const tar = spawn('tar', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = new Promise((resolve) => tar.on('close', resolve))
  const [plain, zipped] = [meter(), meter()]
  const file = `${CACHE}/layer.tar.gz`
  await pipeline(tar.stdout, plain.stream, createGzip(), zipped.stream, createWriteStream(file))
  if ((await closed) !== 0) throw new Error('tar failed')
  const descriptor = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...zipped.measured() }
  await adoptBlob(file, descriptor.digest)
  return { descriptor, diffId: plain.measured().digest }
}
