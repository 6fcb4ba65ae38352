import { createHash, type Hash } from 'node:crypto'
import { type Entry, onDisk, type RawPath } from './tree.ts'

type Listed = Pick<Entry, 'kind' | 'mode' | 'size' | 'target'>

const ESCAPED = /[\\\n\r]/g
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' }

/**
 * What must be true of the unpacked trees, as the digests that the receiver (plan/receiver.ts) makes of what it finds,
 * byte for byte: paths; modes of folders; modes and sizes of files; what sha256sum says of the files; length and content
 * of links. All in the order of the paths' bytes.
 */
export class Manifest {
  readonly #paths = createHash('sha256')
  readonly #folders = createHash('sha256')
  readonly #files = createHash('sha256')
  readonly #content = createHash('sha256')
  readonly #contentGnu = createHash('sha256')
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

  /** `digest`: sha256 of the content of the file that was added last. */
  content(path: RawPath, digest: string): void {
    this.#content.update(onDisk(`${digest}  ${path}\n`))
    const escaped = path.replaceAll(ESCAPED, (character) => ESCAPES[character] ?? character)
    // GNU marks such a line.
    this.#contentGnu.update(onDisk(`${escaped === path ? '' : '\\'}${digest}  ${escaped}\n`))
  }

  /** As sha256sum writes the digests of its stdin: for busybox's, and for GNU's. Nothing can be added after it. */
  texts(): { readonly plain: string; readonly gnu: string } {
    const [paths, folders, files, lengths, links] = [
      this.#paths,
      this.#folders,
      this.#files,
      this.#lengths,
      this.#links,
    ].map(lineOf)
    const text = (content: Hash): string => [paths, folders, files, lineOf(content), lengths, links].join('')
    return { plain: text(this.#content), gnu: text(this.#contentGnu) }
  }
}

function lineOf(hash: Hash): string {
  return `${hash.digest('hex')}  -\n`
}
