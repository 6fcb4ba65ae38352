import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { changed, unreadable } from './failures.ts'
import { type Entry, type Identity, identityOf, isSameFile, join, onDisk, type RawPath } from './tree.ts'

const READ_BYTES = 256 * 1024

/**
 * The content of a file as it was when the tree was walked, in pieces that are valid until the next one. Throws
 * MOUNT_CHANGED when it is another file by now, or was written to: never half of one and half of the other.
 */
export function* contentOf(root: RawPath, entry: Entry): Generator<Buffer, void, undefined> {
  const path = join(root, entry.path)
  const file = open(path)
  try {
    if (!isSame(file, entry.identity)) throw changed(path)
    const buffer = Buffer.allocUnsafe(Math.min(entry.size, READ_BYTES))
    for (let left = entry.size; left > 0; ) {
      const read = readSync(file, buffer, 0, Math.min(left, buffer.length), null)
      if (read === 0) throw changed(path)
      left -= read
      yield buffer.subarray(0, read)
    }
    if (!isSame(file, entry.identity)) throw changed(path)
  } finally {
    closeSync(file)
  }
}

/** Neither follows a link that took the file's place, nor waits for the other end of a pipe that did. */
function open(path: RawPath): number {
  try {
    return openSync(onDisk(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === 'ENOENT' || code === 'ELOOP' ? changed(path) : unreadable(path, error)
  }
}

function isSame(file: number, before: Identity): boolean {
  return isSameFile(identityOf(fstatSync(file, { bigint: true })), before)
}
