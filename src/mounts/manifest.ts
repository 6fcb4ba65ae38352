import { createHash, type Hash } from 'node:crypto'
import { LARGE_BYTES } from '../plan/receiver-script.ts'
import { type Entry, onDisk, type RawPath } from './tree.ts'

type Listed = Pick<Entry, 'kind' | 'mode' | 'size' | 'target'>

/** inode(7): what kind of file it is. Linux gives every link all permissions. */
const KINDS = { directory: 0o040000, file: 0o100000, link: 0o120777 } as const

/**
 * What must be true of the unpacked trees, as the digests that the receiver (plan/receiver-script.ts) makes of what it
 * finds, byte for byte: paths; kinds and modes, and the sizes of all but folders; where links lead; the contents of small
 * files, one behind the other, whose sizes say where each ends; and of each large one. All in the order of the paths'
 * bytes.
 */
export class Manifest {
  readonly #paths = createHash('sha256')
  readonly #inodes = createHash('sha256')
  readonly #links = createHash('sha256')
  readonly #contents = createHash('sha256')
  readonly #large: Hash[] = []
  /** Of the file that was added last. */
  #content = this.#contents

  /** `path`: as `find .` names it in the folder that holds all trees. */
  add({ kind, mode, size, target }: Listed, path: RawPath): void {
    this.#paths.update(onDisk(`${path}\0`))
    const bits = kind === 'link' ? KINDS.link : KINDS[kind] | mode
    const length = kind === 'link' ? target.length : size
    this.#inodes.update(`${bits.toString(16)}${kind === 'directory' ? '' : ` ${length}`}\n`)
    if (kind === 'file') this.#content = isLarge(size) ? this.#newLarge() : this.#contents
    if (kind === 'link') this.#links.update(onDisk(target))
  }

  /** The next of the content of the file that was added last. */
  content(data: Uint8Array): void {
    this.#content.update(data)
  }

  /** As sha256sum writes the digests of its stdin. Nothing can be added after it. */
  text(): string {
    return [this.#paths, this.#inodes, this.#links, this.#contents, ...this.#large].map(lineOf).join('')
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
