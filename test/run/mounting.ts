import { join } from 'node:path'
import { expect } from 'vitest'
import type { ErrorCode } from '../../src/errors/catalogue.ts'
import { archiveOf } from '../../src/mounts/archive.ts'
import { raw } from '../../src/mounts/tree.ts'
import { walk } from '../../src/mounts/walk.ts'
import type { BindMount } from '../../src/request/mounts/mount.ts'
import type { FakeFunction } from '../doubles/fake-cluster/container.ts'
import { readAll } from '../doubles/fake-cluster/programs.ts'
import type { FakeCluster } from '../doubles/fake-cluster.ts'
import type { Outcome } from '../doubles/run-on.ts'
import { type Folder, file, folder, list, make, temporaryFolder } from '../mounts/support/tree-on-disk.ts'
import { expectFailure, expectResult } from './checks.ts'

/** One of everything that a tree can have, and a name that takes a member of its own. */
const TREE = folder({
  'values.yaml': file('replicas: 3\n'),
  'empty.yaml': file(''),
  'run.sh': file('#!/bin/sh\n', 0o755),
  charts: folder({ 'x.tgz': file(Buffer.alloc(3_000, 'chart')), ['long-'.repeat(25)]: file('long') }),
  latest: { kind: 'link', target: 'charts/x.tgz' },
  again: { kind: 'hardLink' },
  locked: folder({ 'in.txt': file('in') }, 0o555),
})

/** More than all buffers between here and a receiver that does not read. */
export const LARGE = folder({
  'big.bin': file(Buffer.alloc(6 * 1024 * 1024, 'big')),
  'small.txt': file('s'),
})

/** A folder of the caller's, mounted at /data into a function that prints what it sees there. */
export class Mounting implements Disposable {
  readonly source: string
  readonly mounts: readonly BindMount[]
  /** How often the function was started. */
  starts = 0
  readonly #folder = temporaryFolder()

  constructor(tree: Folder = TREE) {
    this.source = join(this.#folder.path, 'source')
    make(tree, this.source)
    this.mounts = [
      { kind: 'bind', source: this.source, target: '/data', readOnly: true, createSource: false },
    ]
  }

  readonly lists: FakeFunction = async ({ stdin, stdout, mounted }) => {
    this.starts += 1
    await readAll(stdin)
    await stdout(list(mounted('/data')).join('\n'))
    return 0
  }

  get tree(): string {
    return list(this.source).join('\n')
  }

  /** What is sent of it. */
  archive(): Buffer {
    const limits = { maxBytes: Number.MAX_SAFE_INTEGER, maxFiles: Number.MAX_SAFE_INTEGER }
    const tree = walk(raw(this.source), { bytes: 0, files: 0, skipped: [] }, limits)
    return Buffer.concat([...archiveOf([tree])])
  }

  /** The function saw the tree, all of it. */
  expectWhole(cluster: FakeCluster, outcome: Outcome): void {
    expectResult(cluster, outcome, { stdout: this.tree })
  }

  /** The function was never started. */
  expectNothing(cluster: FakeCluster, outcome: Outcome, code: ErrorCode): void {
    expectFailure(cluster, outcome, code)
    expect(outcome.error?.exit).toBe(125)
    expect(this.starts).toBe(0)
  }

  /** Either of these: after the last byte that counts, nothing can be missing. */
  expectWholeOrNothing(cluster: FakeCluster, outcome: Outcome): void {
    if (outcome.error) this.expectNothing(cluster, outcome, 'MOUNT_FAILED')
    else this.expectWhole(cluster, outcome)
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}

const BLOCK_BYTES = 512
const SIZE_AT = 124

/** Where members of an archive begin, and where it ends. */
export function memberBoundaries(archive: Buffer): readonly number[] {
  const found: number[] = []
  let at = 0
  while (archive[at] !== 0 && at < archive.length) {
    found.push(at)
    const size = Number.parseInt(archive.toString('latin1', at + SIZE_AT, at + SIZE_AT + 11), 8)
    at += BLOCK_BYTES * (1 + Math.ceil(size / BLOCK_BYTES))
  }
  return [...found, at, archive.length]
}
