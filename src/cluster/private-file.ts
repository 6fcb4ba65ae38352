import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isPrivate } from '../settings/user-dirs.ts'

export const PRIVATE_DIR = 0o700
export const PRIVATE_FILE = 0o600

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

/** Complete or not at all: another krmpod may be reading it right now. */
export function writePrivate(path: string, contents: string | Uint8Array): void {
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, contents, { mode: PRIVATE_FILE, flag: 'wx' })
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** What nobody has written for so long, and drafts that were never finished. `isOurs`: of a name. */
export function removeForgotten(
  dir: string,
  { afterMs, isOurs = () => true }: { afterMs: number; isOurs?: (name: string) => boolean },
): void {
  const oldest = Date.now() - afterMs
  for (const name of readdirSync(dir).filter(isOurs)) {
    const path = join(dir, name)
    // A draft of another write is gone as soon as that is done.
    const found = statSync(path, { throwIfNoEntry: false })
    if (found && found.mtimeMs < oldest) rmSync(path, { force: true })
  }
}
