import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** One credential on disk. Whatever goes wrong with it, it is only as if nothing had been kept. */
export interface CredentialCache {
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
  remove(): Promise<void>
}

export const NO_CACHE: CredentialCache = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  remove: () => Promise.resolve(),
}

const PRIVATE_DIR = 0o700
const PRIVATE_FILE = 0o600
const OTHERS = 0o077
const FORGOTTEN_AFTER_MS = 24 * 3_600_000

/** `key`: everything the credential depends on; any difference makes another file. */
export function credentialCache(dir: string, key: unknown): CredentialCache {
  const file = join(dir, `${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.json`)
  return {
    read: () => readPrivate(file).catch(() => undefined),
    write: (text) => writePrivate(file, text).catch(() => undefined),
    remove: () => rm(file, { force: true }).catch(() => undefined),
  }
}

/** Only a plain file that nobody else can read or could have written. */
async function readPrivate(file: string): Promise<string | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const entry = await handle.stat()
    return entry.isFile() && (entry.mode & OTHERS) === 0 ? await handle.readFile('utf8') : undefined
  } finally {
    await handle.close()
  }
}

/** Complete or not at all: another krmpod may be reading it right now. */
async function writePrivate(file: string, text: string): Promise<void> {
  const dir = dirname(file)
  await mkdir(dir, { recursive: true, mode: PRIVATE_DIR })
  await removeForgotten(dir)
  const draft = `${file}.${randomUUID()}`
  try {
    await writeFile(draft, text, { mode: PRIVATE_FILE, flag: 'wx' })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

async function removeForgotten(dir: string): Promise<void> {
  const oldest = Date.now() - FORGOTTEN_AFTER_MS
  const files = (await readdir(dir)).map((name) => join(dir, name))
  await Promise.all(
    files.map(async (file) => {
      if ((await stat(file)).mtimeMs < oldest) await rm(file, { force: true })
    }),
  )
}
