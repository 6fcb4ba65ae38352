import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { writePrivate } from '../cluster/private-file.ts'
import { makeRoom } from './evict.ts'
import type { Place } from './store.ts'

/**
 * For bin/from-cache.sh, which has named the call: what a hit printed, as a file that a shell can check and print. There
 * was nothing to say on stderr. Losing it costs time, and nothing else.
 */
export async function keepAnswer({ dir, maxBytes }: Place, call: string, stdout: Buffer): Promise<void> {
  if (stdout.length > maxBytes) return
  try {
    await makeRoom(dir, { bytes: stdout.length, maxBytes, nowMs: Date.now() })
    writePrivate(join(dir, `${call}-${createHash('sha256').update(stdout).digest('hex')}`), stdout)
  } catch {
    // A full disk.
  }
}
