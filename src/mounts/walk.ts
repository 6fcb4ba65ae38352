import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { RunError } from '../errors/run-error.ts'
import { unreadable } from './failures.ts'
import { type Entry, identityOf, join, onDisk, type RawPath, type Tree } from './tree.ts'

/** Over all trees of a run. */
export interface Limits {
  readonly maxBytes: number
  readonly maxFiles: number
}

/** What the trees of a run hold so far, and what of them cannot be sent. */
export interface Tally {
  bytes: number
  files: number
  readonly skipped: RawPath[]
}

/** kustomize's user is nobody, and the host's owner is not there: everything can be read by everybody (kpt#939). */
const READABLE = 0o444
const ENTERABLE = 0o555
const PERMISSIONS = 0o777
/** busybox's tar makes sure of each folder on the way to each file: its work grows with the cube of the depth. */
const MAX_DEPTH = 256

/**
 * Everything below `root`, which is a folder or a file: links as they are, never followed, so that nothing from outside
 * of it is read. Sockets, devices and pipes have no content to send, and are skipped.
 */
export function walk(root: RawPath, tally: Tally, limits: Limits): Tree {
  const entries: Entry[] = []
  const before = tally.bytes
  const left: RawPath[] = ['']
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const entry = inspect(root, path)
    if (!entry) {
      tally.skipped.push(join(root, path))
      continue
    }
    entries.push(entry)
    count(entry, tally, limits)
    if (entry.kind === 'directory') {
      if (path.split('/').length >= MAX_DEPTH)
        throw new RunError('MOUNT_TOO_LARGE', { problem: `more than ${MAX_DEPTH} folders in each other` })
      for (const name of namesIn(join(root, path))) left.push(join(path, name))
    }
  }
  entries.sort((one, other) => (one.path < other.path ? -1 : 1))
  return { root, entries: withSameFiles(entries), bytes: tally.bytes - before }
}

function inspect(root: RawPath, path: RawPath): Entry | undefined {
  const full = join(root, path)
  const stats = orExplain(full, () => lstatSync(onDisk(full), { bigint: true }))
  const kind = kindOf(stats)
  if (!kind) return undefined
  return {
    path,
    kind,
    mode: (Number(stats.mode) & PERMISSIONS) | (kind === 'directory' ? ENTERABLE : READABLE),
    size: kind === 'file' ? Number(stats.size) : 0,
    mtime: Number(stats.mtimeNs / 1_000_000_000n),
    target: kind === 'link' ? orExplain(full, () => readlinkSync(onDisk(full), 'latin1')) : '',
    identity: identityOf(stats),
  }
}

export function kindOf(stats: BigIntStats): Entry['kind'] | undefined {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  return stats.isSymbolicLink() ? 'link' : undefined
}

function namesIn(folder: RawPath): readonly RawPath[] {
  return orExplain(folder, () => readdirSync(onDisk(folder), 'latin1'))
}

function count({ size, kind, path }: Entry, tally: Tally, { maxBytes, maxFiles }: Limits): void {
  if (kind !== 'directory' || path !== '') tally.files += 1
  tally.bytes += size
  if (tally.files > maxFiles)
    throw new RunError('MOUNT_TOO_LARGE', { problem: `more than ${maxFiles} files (mounts.maxFiles)` })
  if (tally.bytes > maxBytes)
    throw new RunError('MOUNT_TOO_LARGE', { problem: `more than ${maxBytes} bytes (mounts.maxBytes)` })
}

/** A file with several names is sent once. */
function withSameFiles(entries: readonly Entry[]): readonly Entry[] {
  const first = new Map<string, RawPath>()
  return entries.map((entry) => {
    if (entry.kind !== 'file') return entry
    const key = `${entry.identity.dev}:${entry.identity.ino}`
    const sameAs = first.get(key)
    if (sameAs === undefined) first.set(key, entry.path)
    return sameAs === undefined ? entry : { ...entry, sameAs }
  })
}

function orExplain<T>(path: RawPath, look: () => T): T {
  try {
    return look()
  } catch (error) {
    throw unreadable(path, error)
  }
}
