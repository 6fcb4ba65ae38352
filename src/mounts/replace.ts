import { randomBytes } from 'node:crypto'
import {
  type BigIntStats,
  chmodSync,
  chownSync,
  closeSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import type { Difference } from './difference.ts'
import { onDisk, type RawPath } from './tree.ts'

const PERMISSIONS = 0o7777n

/** What is there now; undefined: nothing, or not even a folder on the way. */
export function look(path: RawPath): BigIntStats | undefined {
  try {
    return lstatSync(onDisk(path), { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    throw error
  }
}

export function replaceLink(path: RawPath, target: RawPath): void {
  const temporary = temporaryBeside(path)
  symlinkSync(onDisk(target), temporary)
  renameSync(temporary, onDisk(path))
}

/** A file that takes its place only when it is complete. */
export class Replacement {
  readonly #path: RawPath
  readonly #temporary: Buffer
  readonly #made: Difference['make'][number]
  #file: number | undefined

  constructor(path: RawPath, made: Difference['make'][number]) {
    this.#path = path
    this.#made = made
    this.#temporary = temporaryBeside(path)
    this.#file = openSync(this.#temporary, 'wx', 0o600)
  }

  write(data: Uint8Array): void {
    if (this.#file === undefined) throw new Error('the file is finished')
    for (let at = 0; at < data.length; ) at += writeSync(this.#file, data, at)
  }

  finish(): void {
    this.#close()
    const { to, was } = this.#made
    const before = was && look(this.#path)
    // A mode that the function did not change is the host's own, which may be less than what the function saw.
    const mode = before && was.mode === to.mode ? Number(before.mode & PERMISSIONS) : to.mode
    if (before) keepOwner(this.#temporary, before)
    chmodSync(this.#temporary, mode)
    renameSync(this.#temporary, onDisk(this.#path))
  }

  /** Also after finish(): then there is nothing to do. */
  discard(): void {
    this.#close()
    rmSync(this.#temporary, { force: true })
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

/** Only root can give a file away; for others it is their own. */
function keepOwner(file: Buffer, { uid, gid }: BigIntStats): void {
  try {
    chownSync(file, Number(uid), Number(gid))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
  }
}

function temporaryBeside(path: RawPath): Buffer {
  const folder = path.slice(0, path.lastIndexOf('/'))
  return onDisk(`${folder}/.krmpod-${randomBytes(8).toString('hex')}`)
}
