import { createHash } from 'node:crypto'
import { archiveOf } from '../mounts/archive.ts'
import type { Tree } from '../mounts/tree.ts'

/** To read more than that twice costs more than most functions do. */
const MAX_BYTES = 64 * 1024 * 1024
const MAX_ENTRIES = 10_000

/**
 * A digest of exactly what a function gets of these trees: names, modes, times, links, contents. Undefined: there is too
 * much of it. Throws MOUNT_CHANGED, as sending them would, when a file is not what it was when the trees were walked.
 */
export function filesDigest(trees: readonly Tree[]): string | undefined {
  const entries = trees.reduce((sum, tree) => sum + tree.entries.length, 0)
  const bytes = trees.reduce((sum, tree) => sum + tree.bytes, 0)
  if (entries > MAX_ENTRIES || bytes > MAX_BYTES) return undefined
  const hash = createHash('sha256')
  for (const piece of archiveOf(trees)) hash.update(piece)
  return hash.digest('hex')
}
