import type { Returned } from './returned.ts'
import type { Entry, RawPath } from './tree.ts'

/** What a function did to a tree, in the order in which it can be done again elsewhere. */
export interface Difference {
  /** Children before their folders. */
  readonly remove: readonly Entry[]
  /** Folders before what is in them. `was`: it is there already, as a file or link of other content. */
  readonly make: readonly { readonly path: RawPath; readonly to: Returned; readonly was?: Entry }[]
  /** Files and folders that only have another mode. Children before their folders. */
  readonly chmod: readonly { readonly path: RawPath; readonly mode: number; readonly was: Entry }[]
}

/** `sent`: the digests of the files' content as it was sent, by path. */
export function difference(
  entries: readonly Entry[],
  { sent, returned }: { sent: ReadonlyMap<RawPath, string>; returned: ReadonlyMap<RawPath, Returned> },
): Difference {
  const before = new Map(entries.map((entry) => [entry.path, entry]))
  const paths = [...returned].sort(([one], [other]) => (one < other ? -1 : 1))
  const stays = ({ path, kind }: Entry): boolean => returned.get(path)?.kind === kind
  return {
    remove: entries.filter((entry) => !stays(entry)).reverse(),
    make: paths.flatMap(([path, to]) => {
      const was = before.get(path)
      if (!was || was.kind !== to.kind) return [{ path, to }]
      return isSameContent(was, { to, digest: sent.get(path) }) ? [] : [{ path, to, was }]
    }),
    chmod: paths
      .flatMap(([path, to]) => {
        const was = before.get(path)
        if (was?.kind !== to.kind || to.kind === 'link' || was.mode === to.mode) return []
        return [{ path, mode: to.mode, was }]
      })
      .reverse(),
  }
}

function isSameContent(was: Entry, { to, digest }: { to: Returned; digest: string | undefined }): boolean {
  if (was.kind === 'link') return was.target === to.target
  return was.kind === 'directory' || digest === to.digest
}
