import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { changed, unreadable } from './failures.ts'
import { type Entry, type Identity, identityOf, isSameFile, join, onDisk, type RawPath } from './tree.ts'

/** Of each piece of a file but the last. */
export const READ_BYTES: number = 256 * 1024

/**
 * The content of a file as it was when the tree was walked, in pieces of READ_BYTES, each valid until the next one; the
 * last one stays. Throws MOUNT_CHANGED when it is another file by now, or was written to: never half of one and half of
 * the other.
 */
export function* contentOf(root: RawPath, entry: Entry): Generator<Buffer, void, undefined> {
  const path = join(root, entry.path)
  const file = open(path)
  try {
    if (!isSame(file, entry.identity)) throw changed(path)
    const buffer = Buffer.allocUnsafe(Math.min(entry.size, READ_BYTES))
    for (let left = entry.size; left > 0; left -= buffer.length) {
      const piece = buffer.subarray(0, Math.min(left, buffer.length))
      if (!fill(piece, file)) throw changed(path)
      yield piece
    }
    if (!isSame(file, entry.identity)) throw changed(path)
  } finally {
    closeSync(file)
  }
}

/** False: the file ends before. */
function fill(piece: Buffer, file: number): boolean {
  for (let at = 0; at < piece.length; ) {
    const read = readSync(file, piece, at, piece.length - at, null)
    if (read === 0) return false
    at += read
  }
  return true
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
