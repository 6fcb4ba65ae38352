import { mkdirSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { RunError } from '../errors/run-error.ts'
import type { PlannedUploads } from '../plan/pod-plan.ts'
import type { BindMount, Mount, MountRules } from '../request/mounts/mount.ts'
import { legible, type RawPath, raw, type Tree } from './tree.ts'
import { type Tally, walk } from './walk.ts'

/** What the bind mounts of a run are made of: each folder once, however often it is mounted. */
export interface Sources {
  readonly trees: readonly Tree[]
  readonly planned: PlannedUploads
  /** Told to the caller, a line each. */
  readonly warnings: readonly string[]
}

/** Of each file and folder; also what a name and an inode take. */
const DISK_BLOCK_BYTES = 4096
/** What is packed while the node makes the Pod; packing more would take longer than sending it. */
const PACKED_BYTES = 4 * 1024 * 1024
const NAMED = 3

/** Looks at everything that is to be mounted. Throws MOUNT_SOURCE or MOUNT_TOO_LARGE before anything is made. */
export function readSources(mounts: readonly Mount[], rules: MountRules): Sources {
  const tally: Tally = { bytes: 0, files: 0, skipped: [] }
  const trees: Tree[] = []
  const treeOf = new Map<string, number>()
  for (const mount of mounts) {
    if (mount.kind !== 'bind' || treeOf.has(mount.source)) continue
    const root = locate(mount, rules)
    const known = trees.findIndex((tree) => tree.root === root)
    treeOf.set(mount.source, known < 0 ? trees.push(walk(root, tally, rules)) - 1 : known)
  }
  for (const [source, index] of treeOf) {
    if (trees[index]?.entries.length === 0)
      throw unusable(`bind source path is neither a file nor a folder: ${source}`)
  }
  const diskBytes = diskBytesOf(trees)
  const planned = { treeOf, diskBytes, packed: diskBytes <= PACKED_BYTES }
  return { trees, planned, warnings: skippedIn(tally) }
}

/** Where the source really is. What a link leads to must be allowed, not the link. */
function locate({ source, createSource }: BindMount, { allow }: MountRules): RawPath {
  const real = realPath(source)
  if (real !== undefined) return allowed(real, { source, allow })
  if (!createSource) throw unusable(`bind source path does not exist: ${source}`)
  // What is there of the way to it decides, before anything of the rest is made.
  let existing = dirname(source)
  while (realPath(existing) === undefined) existing = dirname(existing)
  allowed(realPath(existing) ?? '/', { source, allow })
  try {
    mkdirSync(source, { recursive: true })
  } catch (error) {
    throw unusable(`error while creating mount source path '${source}': ${(error as Error).message}`)
  }
  return allowed(realPath(source) ?? raw(source), { source, allow })
}

function allowed(
  real: RawPath,
  { source, allow }: { source: string; allow: readonly string[] | undefined },
): RawPath {
  if (!allow) return real
  const roots = allow.flatMap((root) => realPath(root) ?? [])
  if (roots.some((root) => root === '/' || real === root || real.startsWith(`${root}/`))) return real
  const led = legible(real) === source ? '' : ` (it leads to ${legible(real)})`
  throw unusable(`mounts.allow does not allow ${source}${led}: it has ${allow.join(', ') || 'no folder'}`)
}

/** Undefined: nothing is there, or at the end of the links. */
function realPath(path: string): RawPath | undefined {
  try {
    return realpathSync.native(path, 'latin1')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw unusable(`bind source path cannot be read: ${path}: ${message}`)
  }
}

/** What the trees take on the node: its limits count whole blocks. */
function diskBytesOf(trees: readonly Tree[]): number {
  const blocks = trees
    .flatMap(({ entries }) => entries)
    .reduce((sum, { size }) => sum + 1 + Math.ceil(size / DISK_BLOCK_BYTES), 0)
  return blocks * DISK_BLOCK_BYTES
}

function skippedIn({ skipped }: Tally): readonly string[] {
  if (skipped.length === 0) return []
  const names = skipped.slice(0, NAMED).map(legible).join(', ')
  const more = skipped.length > NAMED ? ` and ${skipped.length - NAMED} more` : ''
  return [`sockets, pipes and devices are not mounted: ${names}${more}`]
}

function unusable(problem: string): RunError {
  return new RunError('MOUNT_SOURCE', { problem })
}
