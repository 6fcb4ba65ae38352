import { join } from 'node:path'
import { noise, treeDigestOf } from '../doubles/fake-cluster/probe.ts'
import {
  type Folder,
  file,
  folder,
  make,
  type Node,
  temporaryFolder,
} from '../mounts/support/tree-on-disk.ts'

/** A folder of the caller's that a function has mounted. */
export interface MountedTree {
  /** Makes it at a path where there is nothing yet. */
  readonly make: (path: string) => void
  /** About so many are sent of it. */
  readonly bytes: number
  /** What a function sees of it, in the words of `probe tree=/data`. */
  readonly digest: string
}

export const TARGET = '/data'
const BLOCK_BYTES = 512

function mounted(tree: Folder): MountedTree {
  using place = temporaryFolder()
  const path = join(place.path, 'tree')
  make(tree, path)
  return { make: (path) => make(tree, path), bytes: bytesOf(tree), digest: treeDigestOf(path) }
}

function bytesOf(node: Node): number {
  const content = node.kind === 'file' ? Math.ceil(node.content.length / BLOCK_BYTES) * BLOCK_BYTES : 0
  const below = node.kind === 'folder' ? [...node.nodes.values()] : []
  return below.reduce((sum, child) => sum + bytesOf(child), BLOCK_BYTES + content)
}

export const SMALL_TREE = mounted(
  folder({
    'values.yaml': file('replicas: 3\n'),
    'run.sh': file('#!/bin/sh\n', 0o755),
    charts: folder({ 'x.tgz': file(noise(20_000)), 'empty.yaml': file('') }),
    latest: { kind: 'link', target: 'charts/x.tgz' },
    locked: folder({ 'in.txt': file('in') }, 0o555),
  }),
)

/** More than the connection and the API server keep on the way. */
export const LARGE_TREE = mounted(folder({ 'big.bin': file(noise(3 * 1024 * 1024)), 'small.txt': file('s') }))
