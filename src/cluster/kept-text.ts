import { createHash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PRIVATE_DIR, readPrivate, removeForgotten, writePrivate } from './private-file.ts'

/** One small text on disk, for later runs. Whatever goes wrong with it, it is only as if nothing had been kept. */
export interface KeptText {
  read(): string | undefined
  write(text: string): void
  remove(): void
}

export const NOT_KEPT: KeptText = {
  read: () => undefined,
  write: () => undefined,
  remove: () => undefined,
}

interface Place {
  readonly dir: string
  /** Files of the folder that are older are removed by the next write. */
  readonly forgetAfterMs: number
}

/** `key`: everything the text depends on; any difference makes another file. */
export function keptText({ dir, forgetAfterMs }: Place, key: unknown): KeptText {
  const file = join(dir, `${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.json`)
  return {
    read: () => readPrivate(file)?.toString('utf8'),
    write: (text) =>
      quietly(() => {
        mkdirSync(dir, { recursive: true, mode: PRIVATE_DIR })
        removeForgotten(dir, { afterMs: forgetAfterMs })
        writePrivate(file, text)
      }),
    remove: () => quietly(() => rmSync(file, { force: true })),
  }
}

function quietly(change: () => void): void {
  try {
    change()
  } catch {
    // A folder that is full, read-only or somebody else's.
  }
}
