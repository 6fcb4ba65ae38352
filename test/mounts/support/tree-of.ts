import { raw, type Tree } from '../../../src/mounts/tree.ts'
import { walk } from '../../../src/mounts/walk.ts'

const NO_LIMITS = { maxBytes: Number.MAX_SAFE_INTEGER, maxFiles: Number.MAX_SAFE_INTEGER }

/** What is sent of a folder or a file. */
export function treeOf(path: string): Tree {
  return walk(raw(path), { bytes: 0, files: 0, skipped: [] }, NO_LIMITS)
}
