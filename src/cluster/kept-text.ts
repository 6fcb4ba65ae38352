import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readPrivate } from './private-file.ts'

/** One small text on disk, for later runs. Whatever goes wrong with it, it is only as if nothing had been kept. */
export interface KeptText {
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
  remove(): Promise<void>
}

export const NOT_KEPT: KeptText = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  remove: () => Promise.resolve(),
}

const PRIVATE_DIR = 0o700
const PRIVATE_FILE = 0o600
interface Place {
  readonly dir: string
  /** Files of the folder that are older are removed by the next write. */
  readonly forgetAfterMs: number
}

/** `key`: everything the text depends on; any difference makes another file. */
export function keptText({ dir, forgetAfterMs }: Place, key: unknown): KeptText {
  const file = join(dir, `${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.json`)
  return {
    read: () => Promise.resolve(readPrivate(file)?.toString('utf8')),
    write: (text) => writePrivate(file, { text, forgetAfterMs }).catch(() => undefined),
    remove: () => rm(file, { force: true }).catch(() => undefined),
  }
}

/** Complete or not at all: another krmpod may be reading it right now. */
async function writePrivate(
  file: string,
  { text, forgetAfterMs }: { text: string; forgetAfterMs: number },
): Promise<void> {
  const dir = dirname(file)
  await mkdir(dir, { recursive: true, mode: PRIVATE_DIR })
  await removeForgotten(dir, forgetAfterMs)
  const draft = `${file}.${randomUUID()}`
  try {
    await writeFile(draft, text, { mode: PRIVATE_FILE, flag: 'wx' })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

async function removeForgotten(dir: string, forgetAfterMs: number): Promise<void> {
  const oldest = Date.now() - forgetAfterMs
  const files = (await readdir(dir)).map((name) => join(dir, name))
  const removeIfForgotten = async (file: string): Promise<void> => {
    if ((await stat(file)).mtimeMs < oldest) await rm(file, { force: true })
  }
  // A draft of another write is gone as soon as that is done.
  await Promise.allSettled(files.map(removeIfForgotten))
}
