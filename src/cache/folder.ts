import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isPrivate } from '../settings/user-dirs.ts'

const PRIVATE_DIR = 0o700
const RESULT = /^[a-f0-9]{64}$/

/** One file of the folder: a result, or the draft of one that somebody is writing, or has given up. */
export interface Item {
  readonly path: string
  readonly isDraft: boolean
  readonly bytes: number
  readonly usedMs: number
}

/** Whether the folder is there, ours, and closed to everybody else: only then can we have written what is in it. */
export async function isOurs(dir: string): Promise<boolean> {
  // A link is followed: who may change the folder above may do worse.
  const found = await stat(dir).catch(() => undefined)
  return found !== undefined && found.isDirectory() && isPrivate(found)
}

export async function makeFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: PRIVATE_DIR })
  if (!(await isOurs(dir))) throw new Error(`${dir} is not ours alone`)
}

/** Only a plain file that nobody else can have written; undefined: there is none. */
export async function readOurs(path: string, maxBytes: number): Promise<Buffer | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  )
  if (!handle) return undefined
  try {
    const found = await handle.stat()
    if (!found.isFile() || !isPrivate(found) || found.size > maxBytes) return undefined
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** What is in the folder of ours; what somebody else may have put there is left alone. */
export async function itemsIn(dir: string): Promise<readonly Item[]> {
  const names = await readdir(dir).catch(() => [])
  const items = await Promise.all(
    names.map(async (name): Promise<Item | undefined> => {
      const [key = '', draft] = name.split('.', 2)
      if (!RESULT.test(key)) return undefined
      const path = join(dir, name)
      const found = await lstat(path).catch(() => undefined)
      return found && { path, isDraft: draft !== undefined, bytes: found.size, usedMs: found.mtimeMs }
    }),
  )
  return items.filter((item) => item !== undefined)
}

/** False: it is still there. */
export async function removeItem({ path }: Pick<Item, 'path'>): Promise<boolean> {
  return rm(path, { force: true }).then(
    () => true,
    () => false,
  )
}
