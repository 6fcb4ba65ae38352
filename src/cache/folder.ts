import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PRIVATE_DIR } from '../cluster/private-file.ts'
import { isOurs } from './ours.ts'

/** A result, or an answer for bin/from-cache.sh: the name of a call, and the digest of what is in it. */
const NAME = /^[a-f0-9]{64}(-[a-f0-9]{64})?$/

/** One file of the folder, or the draft of one that somebody is writing, or has given up. */
export interface Item {
  readonly path: string
  readonly isDraft: boolean
  /** What there is of a result twice does not count twice. */
  readonly isResult: boolean
  readonly bytes: number
  readonly usedMs: number
}

export async function makeFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: PRIVATE_DIR })
  if (!isOurs(dir)) throw new Error(`${dir} is not ours alone`)
}

/** What is in the folder of ours; what somebody else may have put there is left alone. */
export async function itemsIn(dir: string): Promise<readonly Item[]> {
  const names = await readdir(dir).catch(() => [])
  const items = await Promise.all(
    names.map(async (name): Promise<Item | undefined> => {
      const [key = '', draft] = name.split('.', 2)
      const [isKnown, answer] = NAME.exec(key) ?? []
      if (isKnown === undefined) return undefined
      const path = join(dir, name)
      const found = await lstat(path).catch(() => undefined)
      const isDraft = draft !== undefined
      const isResult = !isDraft && answer === undefined
      return found && { path, isDraft, isResult, bytes: found.size, usedMs: found.mtimeMs }
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
