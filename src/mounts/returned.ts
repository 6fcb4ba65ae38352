import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { extract, type Header } from 'tar-stream'
import { RunError } from '../errors/run-error.ts'
import { treePath } from '../plan/receiver-script.ts'
import { legible, type RawPath } from './tree.ts'

/** An archive that has been proven whole, as often as it is asked for. */
export interface Archive {
  read(): AsyncIterable<Uint8Array>
}

/** A file, folder or link as the function left it. */
export interface Returned {
  readonly kind: 'file' | 'directory' | 'link'
  readonly mode: number
  /** sha256 of a file's content. */
  readonly digest: string
  /** Where a link leads. */
  readonly target: RawPath
  /** The member of the archive that has the content. */
  readonly member: RawPath
}

const PERMISSIONS = 0o777
/** Names are bytes. The option is not among its types. */
const AS_BYTES: object = { filenameEncoding: 'latin1' }

/** What the function left in one tree, by path. Throws MOUNT_RETURN for what cannot be brought back. */
export async function returnedIn(archive: Archive, tree: number): Promise<ReadonlyMap<RawPath, Returned>> {
  const prefix = treePath(tree)
  const found = new Map<RawPath, Returned>()
  for await (const { name, header, entry } of membersOf(archive)) {
    if (name !== prefix && !name.startsWith(`${prefix}/`)) continue
    const path = name.slice(prefix.length + 1)
    checkPlace(path, found)
    found.set(path, await describe({ name, header, entry, found, prefix }))
  }
  return found
}

export interface TarMember {
  readonly name: RawPath
  readonly header: Header
  readonly entry: AsyncIterable<unknown>
}

/** Each has to be read to its end before the next one comes. */
export async function* membersOf(archive: Archive): AsyncGenerator<TarMember, void, undefined> {
  const unpacking = extract(AS_BYTES)
  const packed = Readable.from(archive.read())
  packed.on('error', (error) => unpacking.destroy(error))
  packed.pipe(unpacking)
  for await (const entry of unpacking) {
    yield { name: entry.header.name.replace(/\/+$/, ''), header: entry.header, entry }
    entry.resume()
  }
}

interface Described extends TarMember {
  readonly found: ReadonlyMap<RawPath, Returned>
  readonly prefix: string
}

async function describe({ name, header, entry, found, prefix }: Described): Promise<Returned> {
  const mode = header.mode & PERMISSIONS
  const linked = header.linkname
  switch (header.type) {
    case 'directory':
      return { kind: 'directory', mode, digest: '', target: '', member: name }
    case 'symlink':
      return { kind: 'link', mode, digest: '', target: linked, member: name }
    case 'link': {
      const same = found.get(linked.slice(prefix.length + 1))
      if (same?.kind !== 'file' || !linked.startsWith(`${prefix}/`))
        throw strange(name, 'a link out of its tree')
      return same
    }
    case 'file':
    case 'contiguous-file':
      return { kind: 'file', mode, digest: await digestOf(entry), target: '', member: name }
    default:
      throw strange(name, `a ${header.type}`)
  }
}

async function digestOf(entry: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256')
  for await (const data of entry) hash.update(data as Uint8Array)
  return hash.digest('hex')
}

/** Below a folder of the same archive, and nowhere else. */
function checkPlace(path: RawPath, found: ReadonlyMap<RawPath, Returned>): void {
  if (path === '') return
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    throw strange(path, 'an unclean path')
  if (found.get(parts.slice(0, -1).join('/'))?.kind !== 'directory')
    throw strange(path, 'nothing in a folder')
  if (found.has(path)) throw strange(path, 'there twice')
}

function strange(path: RawPath, what: string): RunError {
  return new RunError('MOUNT_RETURN', { problem: `${legible(path)} is ${what}` })
}
