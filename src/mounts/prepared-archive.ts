import { archiveOf } from './archive.ts'
import { READ_BYTES } from './content.ts'
import type { RawPath, Tree } from './tree.ts'

const AHEAD_BYTES = 4 * 1024 * 1024
/** Z_BEST_SPEED. */
const FAST = 1

/** The archive of some trees, made while nobody can take it yet: all of small trees, the beginning of others. */
export class PreparedArchive {
  readonly #make: () => Generator<Buffer, void, undefined>
  #begun:
    | { readonly pieces: readonly Buffer[]; readonly rest: Generator<Buffer, void, undefined> }
    | undefined
  #packed: Buffer | undefined
  #failure: unknown

  /** `sent` is filled with the sha256 of each file, by its name in the archive. */
  constructor(trees: readonly Tree[], sent?: Map<RawPath, string>) {
    this.#make = () => archiveOf(trees, sent)
  }

  prepare(): void {
    const rest = this.#make()
    const pieces: Buffer[] = []
    try {
      for (let bytes = 0; bytes < AHEAD_BYTES; bytes += pieces.at(-1)?.length ?? 0) {
        const { value } = rest.next()
        if (!value) break
        pieces.push(Buffer.from(value))
      }
      this.#begun = { pieces, rest }
    } catch (error) {
      this.#failure = error
    }
  }

  /** All of it, by gzip. Loaded only when there is something to pack. */
  async pack(): Promise<void> {
    const { gzipSync } = await import('node:zlib')
    try {
      const pieces = Array.from(this.#make(), (piece) => Buffer.from(piece))
      this.#packed = gzipSync(Buffer.concat(pieces), { level: FAST })
    } catch (error) {
      this.#failure = error
    }
  }

  /** From the start, each time: what was prepared, and not packed, is for the first. */
  *read(): Generator<Buffer, void, undefined> {
    if (this.#failure) throw this.#failure as Error
    if (this.#packed) return yield* inPieces(this.#packed)
    const begun = this.#begun
    this.#begun = undefined
    if (begun) yield* begun.pieces
    yield* begun?.rest ?? this.#make()
  }

  /** Nobody will read it: a file that is open is closed. */
  discard(): void {
    this.#begun?.rest.return()
    this.#begun = undefined
    this.#packed = undefined
  }
}

/** Whether anything moves is seen between two of them. */
function* inPieces(bytes: Buffer): Generator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += READ_BYTES) yield bytes.subarray(at, at + READ_BYTES)
}
