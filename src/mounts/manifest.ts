import { createHash, type Hash } from 'node:crypto'
import { type Entry, onDisk, type RawPath } from './tree.ts'

type Listed = Pick<Entry, 'kind' | 'mode' | 'size' | 'target'>

/**
 * What must be true of the unpacked trees, as the digests that the receiver (plan/receiver.ts) makes of what it finds,
 * byte for byte: paths; modes of folders; modes and sizes of files; content of files; length and content of links. All
 * in the order of the paths' bytes.
 */
export class Manifest {
  readonly #paths = createHash('sha256')
  readonly #folders = createHash('sha256')
  readonly #files = createHash('sha256')
  readonly #content = createHash('sha256')
  readonly #lengths = createHash('sha256')
  readonly #links = createHash('sha256')

  /** `path`: as `find .` names it in the folder that holds all trees. */
  add({ kind, mode, size, target }: Listed, path: RawPath): void {
    this.#paths.update(onDisk(`${path}\0`))
    const permissions = mode.toString(8)
    if (kind === 'directory') this.#folders.update(`${permissions}\n`)
    else if (kind === 'file') this.#files.update(`${permissions} ${size}\n`)
    else {
      this.#lengths.update(`${target.length}\n`)
      this.#links.update(onDisk(target))
    }
  }

  /** The next bytes of the file that was added last. */
  content(data: Uint8Array): void {
    this.#content.update(data)
  }

  /** As sha256sum writes the digests of its stdin. Nothing can be added after it. */
  text(): string {
    const all: readonly Hash[] = [
      this.#paths,
      this.#folders,
      this.#files,
      this.#content,
      this.#lengths,
      this.#links,
    ]
    return all.map((hash) => `${hash.digest('hex')}  -\n`).join('')
  }
}
