import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { homeDirectory } from '../cli/home-directory.ts'
import { PRIVATE_DIR, readPrivate, removeForgotten, writePrivate } from '../cluster/private-file.ts'
import { isPrivate, userCacheDir } from '../settings/user-dirs.ts'

const DIGEST_BYTES = 32
/** A file of ours, or a draft of one. */
const NAME = /^[0-9a-f]{64}(\.[0-9a-f-]{36})?$/
const MONTH_MS = 30 * 24 * 3_600_000

/** What V8 may run instead of compiling `source` again. */
export interface KeptCode {
  /** Undefined: there is none that is whole and that we alone can have written. */
  read(): Buffer | undefined
  /** Complete or not at all; what goes wrong with it costs a later run time and nothing else. */
  write(makeCode: () => Buffer): void
}

/** Where code is kept; undefined: nowhere, or it is not wanted. Node's own switch for the like turns it off. */
export function codeFolder(): string | undefined {
  const { env } = process
  // Coverage counts what V8 compiles.
  if (env['NODE_DISABLE_COMPILE_CACHE'] || env['NODE_V8_COVERAGE']) return undefined
  const dir = userCacheDir({ env, home: homeDirectory() })
  return dir && join(dir, 'code')
}

export function keptCode(folder: string, source: Buffer): KeptCode {
  // V8 itself refuses code for other flags; of the source it compares no more than the length.
  const key = createHash('sha256').update(`${process.version} ${process.arch}\n`).update(source)
  const path = join(folder, key.digest('hex'))
  return {
    read() {
      try {
        return isOurFolder(folder) ? whole(readPrivate(path)) : undefined
      } catch {
        return undefined
      }
    },
    write(makeCode) {
      try {
        writeCode(path, { folder, code: makeCode() })
      } catch {
        // A folder that is full, read-only or somebody else's.
      }
    },
  }
}

/** V8 trusts the bytes as it trusts itself. */
function whole(bytes: Buffer | undefined): Buffer | undefined {
  const code = bytes?.subarray(DIGEST_BYTES)
  return code && bytes?.subarray(0, DIGEST_BYTES).equals(digest(code)) ? code : undefined
}

function writeCode(path: string, { folder, code }: { folder: string; code: Buffer }): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_DIR })
  if (!isOurFolder(folder)) return
  // Of other releases, of krmpod or of Node, and what was never finished.
  removeForgotten(folder, { afterMs: MONTH_MS, isOurs: (name) => NAME.test(name) })
  writePrivate(path, Buffer.concat([digest(code), code]))
}

/** No link: it could lead to anything that is ours. */
function isOurFolder(path: string): boolean {
  const found = lstatSync(path)
  return found.isDirectory() && isPrivate(found)
}

function digest(code: Buffer): Buffer {
  return createHash('sha256').update(code).digest()
}
