import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { archiveOf } from '../../src/mounts/archive.ts'
import { readSources } from '../../src/mounts/sources.ts'
import type { BindMount } from '../../src/request/mounts/mount.ts'
import { type PodScript, runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { type Given, runOn } from '../doubles/run-on.ts'
import { list } from '../mounts/support/tree-on-disk.ts'
import { Mounting } from './mounting.ts'

const NO_LIMITS = { maxBytes: Number.MAX_SAFE_INTEGER, maxFiles: Number.MAX_SAFE_INTEGER }

describe('a source that is not what it was when the tree was walked', () => {
  test.concurrent.each<[string, (file: string) => void]>([
    ['written to, as long as before', (file) => writeFileSync(file, 'replicas: 4\n')],
    ['grown', (file) => appendFileSync(file, 'more\n')],
    ['cut', (file) => truncateSync(file, 3)],
    ['removed', (file) => rmSync(file)],
    [
      'replaced by another file',
      (file) => {
        writeFileSync(`${file}.new`, 'replicas: 3\n')
        renameSync(`${file}.new`, file)
      },
    ],
    [
      'replaced by a link',
      (file) => {
        rmSync(file)
        symlinkSync('/etc/passwd', file)
      },
    ],
    [
      'replaced by a folder',
      (file) => {
        rmSync(file)
        mkdirSync(file)
      },
    ],
    [
      'below a folder that became a link',
      (file) => {
        const charts = join(file, '../charts')
        renameSync(charts, `${charts}.old`)
        symlinkSync('/etc', charts)
      },
    ],
  ])('%s: the function is not started', async (_what, change) => {
    using mounting = new Mounting()
    // Comes first, and is more than is read while the Pod is made.
    writeFileSync(join(mounting.source, '0-large'), Buffer.alloc(5 * 1024 * 1024))
    const pods: PodScript = async (pod) => {
      await pod.prepare()
      change(join(mounting.source, 'values.yaml'))
      await pod.run(mounting.lists)
    }
    await using cluster = await fakeCluster({ pods })
    const outcome = await runOn(cluster, { request: { mounts: mounting.mounts }, host: { rerun: true } })
    mounting.expectNothing(cluster, outcome, 'MOUNT_CHANGED')
    expect(outcome.error?.message).toContain(mounting.source)
    expect(cluster.count('create pods')).toBe(1)
  })

  test('a file that came after the walk is not part of the tree', async () => {
    using mounting = new Mounting()
    const walked = mounting.tree
    const pods: PodScript = async (pod) => {
      await pod.prepare()
      writeFileSync(join(mounting.source, 'late.txt'), 'late')
      await pod.run(mounting.lists)
    }
    await using cluster = await fakeCluster({ pods })
    const outcome = await runOn(cluster, { request: { mounts: mounting.mounts } })
    expect(outcome.stdout.toString()).toBe(walked)
  })
})

/** What of a request is refused before anything is made. */
async function refused(mounting: Mounting, request: Given['request']) {
  await using cluster = await fakeCluster({ pods: runs(mounting.lists) })
  const outcome = await runOn(cluster, { request: { mounts: mounting.mounts, ...request } })
  expect(cluster.actions.filter((action) => action.startsWith('create'))).toEqual([])
  expect({ exit: outcome.error?.exit, stdout: outcome.stdout.toString(), starts: mounting.starts }).toEqual({
    exit: 125,
    stdout: '',
    starts: 0,
  })
  return `${outcome.end}: ${outcome.error?.message ?? ''}`
}

describe('what cannot be sent is refused before anything is made', () => {
  test.each([
    [
      'more bytes than may be',
      { ...NO_LIMITS, maxBytes: 3_000 },
      /^MOUNT_TOO_LARGE: .* more than 3000 bytes/,
    ],
    ['more files than may be', { ...NO_LIMITS, maxFiles: 4 }, /^MOUNT_TOO_LARGE: .* more than 4 files/],
    ['a folder that is not allowed', { ...NO_LIMITS, allow: ['/srv'] }, /^MOUNT_SOURCE: .* does not allow/],
  ])('%s', async (_what, mountRules, words) => {
    using mounting = new Mounting()
    expect(await refused(mounting, { mountRules })).toMatch(words)
  })

  test('a source that is not there', async () => {
    using mounting = new Mounting()
    const mounts = mounting.mounts.map((mount): BindMount => ({ ...mount, source: `${mount.source}/none` }))
    expect(await refused(mounting, { mounts })).toMatch(/^MOUNT_SOURCE: .* does not exist: .*none$/)
  })

  test('a source that is a socket', async () => {
    using mounting = new Mounting()
    const source = join(mounting.source, 'socket')
    const server = createServer().listen(source)
    await new Promise((resolve) => server.once('listening', resolve))
    const mounts = mounting.mounts.map((mount): BindMount => ({ ...mount, source }))
    expect(await refused(mounting, { mounts })).toMatch(/^MOUNT_SOURCE: .* neither a file nor a folder/)
    server.close()
  })
})

/** With the rights of somebody who is not root; only as long as nothing is waited for. */
function asNobody<T>(act: () => T): T {
  if (process.getuid?.() !== 0) return act()
  process.seteuid?.(65_534)
  try {
    return act()
  } finally {
    process.seteuid?.(0)
  }
}

describe('a source that may not be read says so', () => {
  const walked = (mounting: Mounting) => readSources(mounting.mounts, NO_LIMITS)

  test('a folder, when it is walked', () => {
    using mounting = new Mounting()
    chmodSync(join(mounting.source, 'charts'), 0)
    expect(() => asNobody(() => walked(mounting))).toThrow(/charts: permission denied: docker would read it/)
  })

  test('a file, when it is sent', () => {
    using mounting = new Mounting()
    chmodSync(join(mounting.source, 'run.sh'), 0)
    const { trees } = walked(mounting)
    expect(() => asNobody(() => [...archiveOf(trees)])).toThrow(/run.sh: permission denied/)
  })
})

test('a missing source that may be made is an empty folder', async () => {
  using mounting = new Mounting()
  const source = join(mounting.source, 'made/for/it')
  const mounts = mounting.mounts.map((mount): BindMount => ({ ...mount, source, createSource: true }))
  await using cluster = await fakeCluster({ pods: runs(mounting.lists) })
  const outcome = await runOn(cluster, { request: { mounts } })
  expect(outcome.stdout.toString()).toBe(list(source).join('\n'))
})
