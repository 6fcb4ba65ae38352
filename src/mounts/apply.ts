import { chmodSync, mkdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { treePath } from '../plan/receiver-script.ts'
import { type Difference, difference } from './difference.ts'
import { changed, notBroughtBack } from './failures.ts'
import { look, Replacement, replaceLink } from './replace.ts'
import { type Archive, membersOf, returnedIn } from './returned.ts'
import { type Entry, isSameFile, join, onDisk, type RawPath, type Tree } from './tree.ts'
import { kindOf } from './walk.ts'

/** What came back of the trees that a function could write to. */
export interface Changes {
  readonly trees: readonly { readonly tree: Tree; readonly index: number }[]
  /** sha256 of each file as it was sent, by its name in the archive. */
  readonly sent: ReadonlyMap<RawPath, string>
  readonly archive: Archive
}

type Made = Difference['make'][number]

/**
 * Does to the caller's files what the function did to its copies: each file at once, by a rename, and nothing outside of
 * the source. Throws MOUNT_RETURN; MOUNT_CHANGED, before it has touched anything, when somebody else has changed what the function did.
 */
export async function applyChanges(changes: Changes): Promise<void> {
  try {
    await applyAll(changes)
  } catch (error) {
    throw notBroughtBack(error)
  }
}

async function applyAll({ trees, sent, archive }: Changes): Promise<void> {
  const plans = []
  for (const { tree, index } of trees) {
    const returned = await returnedIn(archive, index)
    const digests = new Map(
      tree.entries.map(({ path }) => [path, sent.get(join(treePath(index), path)) ?? '']),
    )
    plans.push({ tree, difference: difference(tree.entries, { sent: digests, returned }) })
  }
  for (const plan of plans) checkUntouched(plan.tree, plan.difference)
  for (const plan of plans) await apply(plan.tree, { difference: plan.difference, archive })
}

/** Whatever is going to be replaced or removed is what was sent; whatever is new is not there. */
function checkUntouched({ root, entries }: Tree, { remove, make, chmod }: Difference): void {
  const ways = new Set([...remove, ...make, ...chmod].flatMap(({ path }) => foldersOf(path)))
  // A folder that became a link would lead out of the source.
  for (const entry of entries) if (ways.has(entry.path)) checkSame(root, entry)
  for (const entry of remove) checkSame(root, entry)
  for (const { was } of chmod) checkSame(root, was)
  const removed = new Set(remove.map(({ path }) => path))
  for (const { path, was } of make) {
    // What is below a link that becomes a folder is elsewhere, and none of ours.
    const isBelowRemoved = foldersOf(path).some((folder) => removed.has(folder))
    if (was) checkSame(root, was)
    else if (!removed.has(path) && !isBelowRemoved && look(join(root, path))) throw changed(join(root, path))
  }
}

/** From the root on. */
function foldersOf(path: RawPath): readonly RawPath[] {
  const parts = path.split('/')
  return parts.map((_part, depth) => parts.slice(0, depth).join('/'))
}

function checkSame(root: RawPath, { path, kind, identity }: Entry): void {
  const now = look(join(root, path))
  if (!now) throw changed(join(root, path))
  // A folder changes with everything that is done in it.
  const isSame = isSameFile(now, identity, kind === 'directory' ? ['dev', 'ino'] : undefined)
  // The number of a folder that was removed may be a link's by now.
  if (kindOf(now) !== kind || !isSame) throw changed(join(root, path))
}

async function apply(
  { root }: Tree,
  { difference, archive }: { difference: Difference; archive: Archive },
): Promise<void> {
  const { remove, make, chmod } = difference
  for (const { path, kind } of remove) {
    const file = onDisk(join(root, path))
    if (kind === 'directory') removeIfEmpty(file)
    else unlinkSync(file)
  }
  for (const { path, to } of make) {
    const full = join(root, path)
    // Its owner has to fill it; the mode that it is to have comes last.
    if (to.kind === 'directory') mkdirSync(onDisk(full), 0o700)
    else if (to.kind === 'link') replaceLink(full, to.target)
  }
  await writeFiles(root, { make, archive })
  for (const { path, to } of [...make].reverse()) {
    if (to.kind === 'directory') chmodSync(onDisk(join(root, path)), to.mode)
  }
  for (const { path, mode } of chmod) chmodSync(onDisk(join(root, path)), mode)
}

/** In the order of the archive, which is read once more. */
async function writeFiles(
  root: RawPath,
  { make, archive }: { make: Difference['make']; archive: Archive },
): Promise<void> {
  const byMember = new Map<RawPath, Made[]>()
  for (const made of make) {
    if (made.to.kind !== 'file') continue
    byMember.set(made.to.member, [...(byMember.get(made.to.member) ?? []), made])
  }
  if (byMember.size === 0) return
  for await (const { name, entry } of membersOf(archive)) {
    const files = (byMember.get(name) ?? []).map((made) => new Replacement(join(root, made.path), made))
    try {
      for await (const data of entry) for (const file of files) file.write(data as Uint8Array)
      for (const file of files) file.finish()
    } finally {
      for (const file of files) file.discard()
    }
  }
}

/** Somebody else's file in it, or one that was not sent, keeps it. */
function removeIfEmpty(folder: Buffer): void {
  try {
    rmdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error
  }
}
