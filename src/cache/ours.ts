import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import { isPrivate } from '../settings/user-dirs.ts'

/** Whether the folder is there, ours, and closed to everybody else: only then can we have written what is in it. */
export function isOurs(dir: string): boolean {
  // A link is followed: who may change the folder above may do worse.
  const found = statSync(dir, { throwIfNoEntry: false })
  return found !== undefined && found.isDirectory() && isPrivate(found)
}

/** Only a plain file that nobody else can have written; undefined: there is none. */
export function readOurs(path: string, maxBytes: number): Buffer | undefined {
  const file = openIfThere(path)
  if (file === undefined) return undefined
  try {
    const found = fstatSync(file)
    return found.isFile() && isPrivate(found) && found.size <= maxBytes ? readFileSync(file) : undefined
  } finally {
    closeSync(file)
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}
