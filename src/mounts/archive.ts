import { createHash } from 'node:crypto'
import { LARGE, MANIFEST, MODES, TREES, treePath } from '../plan/receiver-script.ts'
import { contentOf, READ_BYTES } from './content.ts'
import { isLarge, Manifest } from './manifest.ts'
import { END_OF_ARCHIVE, type Member, padding, tarHeader } from './tar-header.ts'
import { type Entry, join, onDisk, type RawPath, type Tree } from './tree.ts'

/** Smaller ones are sent together. */
const PIECE_BYTES = READ_BYTES
const OWNER_MAY = 0o700
const FOLDER = { kind: 'directory', mode: 0o755, size: 0, mtime: 0, target: '' } as const

/**
 * The trees as one archive with its manifest as the last member, made while it is read: memory does not grow with the
 * trees. Each piece is valid until the next one. `sent` is filled with the sha256 of each file, by its name in the
 * archive. Throws MOUNT_CHANGED when a file is not what it was when the trees were walked.
 */
export function* archiveOf(
  trees: readonly Tree[],
  sent?: Map<RawPath, string>,
): Generator<Buffer, void, undefined> {
  let small: Buffer[] = []
  let bytes = 0
  for (const data of members(trees, sent)) {
    if (data.length < PIECE_BYTES) {
      small.push(data)
      bytes += data.length
      if (bytes < PIECE_BYTES) continue
    }
    if (bytes > 0) yield Buffer.concat(small)
    small = []
    bytes = 0
    if (data.length >= PIECE_BYTES) yield data
  }
  yield Buffer.concat([...small, END_OF_ARCHIVE])
}

function* members(
  trees: readonly Tree[],
  sent: Map<RawPath, string> | undefined,
): Generator<Buffer, void, undefined> {
  const manifest = new Manifest()
  const locked = new Map<number, RawPath[]>()
  manifest.add(FOLDER, '.')
  yield* largeList(trees)
  yield tarHeader({ name: TREES, ...FOLDER })
  for (const [index, tree] of trees.entries()) {
    for (const entry of tree.entries) {
      const name = join(treePath(index), entry.path)
      const found = seenFromTrees(name)
      manifest.add(entry, found)
      if (entry.kind === 'directory' && (entry.mode & OWNER_MAY) !== OWNER_MAY) {
        addTo(locked, { mode: entry.mode, path: found })
        yield tarHeader({ ...memberOf(entry, name), mode: entry.mode | OWNER_MAY })
      } else if (entry.sameAs === undefined) yield tarHeader(memberOf(entry, name))
      else yield tarHeader(secondName(name, join(treePath(index), entry.sameAs)))
      if (entry.kind === 'file') yield* fileContent(entry, { tree, name, manifest, sent })
    }
  }
  yield* modeLists(locked)
  yield* member(MANIFEST, Buffer.from(manifest.text()))
}

/** As `find .` names it in the folder that holds all trees. */
function seenFromTrees(name: RawPath): RawPath {
  return `.${name.slice(TREES.length)}`
}

function* largeList(trees: readonly Tree[]): Generator<Buffer, void, undefined> {
  const list = trees.flatMap(({ entries }, index) =>
    entries
      .filter(({ size }) => isLarge(size))
      .map(({ size, path }) => `${size}\0${seenFromTrees(join(treePath(index), path))}\0`),
  )
  if (list.length > 0) yield* member(LARGE, onDisk(list.join('')))
}

function addTo(
  locked: Map<number, RawPath[]>,
  { mode, path }: { readonly mode: number; readonly path: RawPath },
): void {
  const paths = locked.get(mode)
  if (paths) paths.push(path)
  else locked.set(mode, [path])
}

function memberOf({ kind, mode, size, mtime, target }: Entry, name: RawPath): Member {
  return { name, kind, mode, size, mtime, target }
}

function secondName(name: RawPath, target: RawPath): Member {
  return { name, kind: 'hardLink', mode: 0o644, size: 0, mtime: 0, target }
}

interface Sending {
  readonly tree: Tree
  readonly name: RawPath
  readonly manifest: Manifest
  readonly sent: Map<RawPath, string> | undefined
}

/** The manifest has it under each name of the file, the archive once. */
function* fileContent(
  entry: Entry,
  { tree, name, manifest, sent }: Sending,
): Generator<Buffer, void, undefined> {
  const hash = sent && createHash('sha256')
  for (const data of contentOf(tree.root, entry)) {
    manifest.content(data)
    hash?.update(data)
    if (entry.sameAs === undefined) yield data
  }
  if (hash) sent.set(name, hash.digest('hex'))
  if (entry.sameAs === undefined) yield padding(entry.size)
}

/** Folders that their owner may not write to get their modes when everything is in them. */
function* modeLists(locked: ReadonlyMap<number, readonly RawPath[]>): Generator<Buffer, void, undefined> {
  if (locked.size > 0) yield tarHeader({ name: MODES, ...FOLDER })
  for (const [mode, paths] of locked) {
    yield* member(`${MODES}/${mode.toString(8)}`, onDisk(paths.map((path) => `${path}\0`).join('')))
  }
}

function* member(name: string, content: Buffer): Generator<Buffer, void, undefined> {
  const size = content.length
  yield tarHeader({ name, kind: 'file', mode: 0o644, size, mtime: 0, target: '' })
  yield content
  yield padding(size)
}
