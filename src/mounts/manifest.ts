import { createHash, type Hash } from 'node:crypto'
import { LARGE_BYTES } from '../plan/receiver-script.ts'
import { type Entry, onDisk, type RawPath } from './tree.ts'

type Listed = Pick<Entry, 'kind' | 'mode' | 'size' | 'target'>

/** Linux gives every link this mode. */
const LINK_MODE = 0o777

/**
 * What must be true of the unpacked trees, as the digests that the receiver (plan/receiver-script.ts) makes of what it
 * finds, byte for byte: paths of each kind; modes of folders; modes and sizes of everything else; where links lead; the
 * contents of small files, one behind the other, whose sizes say where each ends; and of each large one. All in the order
 * of the paths' bytes.
 */
export class Manifest {
  readonly #paths = {
    directory: createHash('sha256'),
    link: createHash('sha256'),
    file: createHash('sha256'),
  }
  readonly #folders = createHash('sha256')
  readonly #others = createHash('sha256')
  readonly #links = createHash('sha256')
  readonly #contents = createHash('sha256')
  readonly #large: Hash[] = []
  /** Of the file that was added last. */
  #content = this.#contents

  /** `path`: as `find .` names it in the folder that holds all trees. */
  add({ kind, mode, size, target }: Listed, path: RawPath): void {
    this.#paths[kind].update(onDisk(`${path}\0`))
    if (kind === 'directory') this.#folders.update(`${mode.toString(8)}\n`)
    else if (kind === 'file') {
      this.#others.update(`${mode.toString(8)} ${size}\n`)
      this.#content = isLarge(size) ? this.#newLarge() : this.#contents
    } else {
      this.#others.update(`${LINK_MODE.toString(8)} ${target.length}\n`)
      this.#links.update(onDisk(target))
    }
  }

  /** The next of the content of the file that was added last. */
  content(data: Uint8Array): void {
    this.#content.update(data)
  }

  /** As sha256sum writes the digests of its stdin. Nothing can be added after it. */
  text(): string {
    const { directory, link, file } = this.#paths
    const lists = [directory, link, file, this.#folders, this.#others, this.#links]
    return [...lists, this.#contents, ...this.#large].map(lineOf).join('')
  }

  #newLarge(): Hash {
    const hash = createHash('sha256')
    this.#large.push(hash)
    return hash
  }
}

/** It is digested for itself, while it arrives. */
export function isLarge(size: number): boolean {
  return size >= LARGE_BYTES
}

function lineOf(hash: Hash): string {
  return `${hash.digest('hex')}  -\n`
}
