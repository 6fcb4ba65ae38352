import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { readPrivate } from '../cluster/private-file.ts'
import { type Kept, MAX_ENTRY_BYTES, readEntry } from './entry.ts'
import { isOurs } from './ours.ts'
import type { Place } from './store.ts'

/**
 * Undefined: there is none that is whole. One that is not is removed. At once: Node's promises of files are loaded, and
 * their threads started, in a tenth of the time that a hit takes.
 */
export function findResult({ dir }: Pick<Place, 'dir'>, key: string): Kept | undefined {
  if (!isOurs(dir)) return undefined
  const path = join(dir, key)
  const bytes = readPrivate(path, MAX_ENTRY_BYTES)
  if (!bytes) return undefined
  const kept = readEntry(key, bytes)
  // Another krmpod may have put a whole one there by now; then it is as if that had never been kept.
  quietly(() => (kept ? utimesSync(path, new Date(), new Date()) : rmSync(path, { force: true })))
  return kept
}

/** What it is about may have gone meanwhile. */
function quietly(change: () => void): void {
  try {
    change()
  } catch {
    // Then it was used a little longer ago than it says, or is removed by whoever makes room.
  }
}
