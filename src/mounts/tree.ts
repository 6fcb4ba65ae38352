import type { BigIntStats } from 'node:fs'

/**
 * A file name as the kernel has it: bytes, one character each (latin1), since not every name is UTF-8. Sorted as
 * strings, such names are sorted as bytes.
 */
export type RawPath = string

/** What is sent of one file, folder or link, as it was when the tree was walked. */
export interface Entry {
  /** Below the tree's root, without a leading slash; empty for the root itself. */
  readonly path: RawPath
  readonly kind: 'file' | 'directory' | 'link'
  /** Permission bits: the host's own, readable for everybody. */
  readonly mode: number
  /** Of a file, in bytes. */
  readonly size: number
  /** In whole seconds. */
  readonly mtime: number
  /** Of a link: where it leads, as it stands in it. */
  readonly target: RawPath
  /** To know it again. */
  readonly identity: Identity
  /** Of a file with several names in this tree: the first of them. */
  readonly sameAs?: RawPath
}

export interface Identity {
  readonly dev: bigint
  readonly ino: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly size: bigint
}

/** One source of bind mounts, walked: a folder with all that is in it, or a single file. */
export interface Tree {
  /** On this machine; absolute, without links. */
  readonly root: RawPath
  /** Sorted by their paths' bytes: the root is the first. */
  readonly entries: readonly Entry[]
  readonly bytes: number
}

export function onDisk(path: RawPath): Buffer {
  return Buffer.from(path, 'latin1')
}

export function raw(path: string): RawPath {
  return Buffer.from(path, 'utf8').toString('latin1')
}

/** For messages. */
export function legible(path: RawPath): string {
  return onDisk(path).toString('utf8')
}

export function join(root: RawPath, path: RawPath): RawPath {
  if (root === '' || path === '') return root + path
  return root === '/' ? `/${path}` : `${root}/${path}`
}

/** As far as these keys go. */
export function isSameFile(
  one: Identity,
  other: Identity,
  keys: readonly (keyof Identity)[] = ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'],
): boolean {
  return keys.every((key) => one[key] === other[key])
}

export function identityOf({ dev, ino, mtimeNs, ctimeNs, size }: BigIntStats): Identity {
  return { dev, ino, mtimeNs, ctimeNs, size }
}
