import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { isPrivate } from '../settings/user-dirs.ts'

/** A plain file that nobody else can have written, and no larger than that; undefined: there is none that can be read. */
export function readPrivate(path: string, maxBytes = Number.POSITIVE_INFINITY): Buffer | undefined {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const found = fstatSync(file)
    return found.isFile() && isPrivate(found) && found.size <= maxBytes ? readFileSync(file) : undefined
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
