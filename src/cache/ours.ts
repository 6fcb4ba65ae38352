import { statSync } from 'node:fs'
import { isPrivate } from '../settings/user-dirs.ts'

/** Whether the folder is there, ours, and closed to everybody else: only then can we have written what is in it. */
export function isOurs(dir: string): boolean {
  // A link is followed: who may change the folder above may do worse.
  const found = statSync(dir, { throwIfNoEntry: false })
  return found !== undefined && found.isDirectory() && isPrivate(found)
}
