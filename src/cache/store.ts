import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PRIVATE_FILE } from '../cluster/private-file.ts'
import { entryBytes, entryOf, MAX_ENTRY_BYTES, type ToKeep } from './entry.ts'
import { makeRoom } from './evict.ts'
import { makeFolder } from './folder.ts'

export interface Place {
  readonly dir: string
  /** Of all entries together. */
  readonly maxBytes: number
}

/** Complete or not at all: other runs may be reading, writing and removing at the same moment. */
export async function keepResult({ dir, maxBytes }: Place, key: string, toKeep: ToKeep): Promise<boolean> {
  const bytes = entryBytes(key, toKeep)
  if (bytes > Math.min(maxBytes, MAX_ENTRY_BYTES)) return false
  await makeFolder(dir)
  await makeRoom(dir, { bytes, maxBytes, nowMs: Date.now() })
  const draft = join(dir, `${key}.${randomUUID()}`)
  try {
    if ((await write(draft, entryOf(key, toKeep))) !== bytes) throw new Error('there is less than was said')
    await rename(draft, join(dir, key))
    return true
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

async function write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, 'wx', PRIVATE_FILE)
  try {
    let bytes = 0
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten
      bytes += chunk.length
    }
    return bytes
  } finally {
    await file.close()
  }
}
