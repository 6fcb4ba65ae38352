import { archiveOf } from './archive.ts'
import type { RawPath, Tree } from './tree.ts'

const AHEAD_BYTES = 4 * 1024 * 1024

/** The archive of some trees, its beginning made while nobody can take it yet: small trees are ready by then. */
export class PreparedArchive {
  readonly #make: () => Generator<Buffer, void, undefined>
  #begun:
    | { readonly pieces: readonly Buffer[]; readonly rest: Generator<Buffer, void, undefined> }
    | undefined
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

  /** From the start, each time: what was prepared is for the first. */
  *read(): Generator<Buffer, void, undefined> {
    if (this.#failure) throw this.#failure as Error
    const begun = this.#begun
    this.#begun = undefined
    if (begun) yield* begun.pieces
    yield* begun?.rest ?? this.#make()
  }

  /** Nobody will read it: a file that is open is closed. */
  discard(): void {
    this.#begun?.rest.return()
    this.#begun = undefined
  }
}
