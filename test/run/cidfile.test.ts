import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { forbid } from '../doubles/fake-cluster/intervention.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'krmpod-test-'))
})
afterEach(() => rm(folder, { recursive: true }))

const argv = (name = 'cid'): readonly string[] => ['-i', '--cidfile', join(folder, name), IMAGE]

describe('--cidfile', () => {
  test("holds the Pod's UID", async () => {
    await using cluster = await fakeCluster()
    expectResult(cluster, await runOn(cluster, { argv: argv(), stdin: 'hello' }), { stdout: 'hello' })
    const uid = cluster.store.history.find(({ resource }) => resource === 'pods')?.object.metadata.uid
    expect(await readFile(join(folder, 'cid'), 'utf8')).toBe(uid)
  })

  test('that exists is refused before anything is asked, and left as it is', async () => {
    await writeFile(join(folder, 'cid'), 'mine')
    await using cluster = await fakeCluster()
    const outcome = await runOn(cluster, { argv: argv() })
    expectFailure(cluster, outcome, 'CIDFILE')
    expect(outcome.error?.message).toContain('it exists already')
    expect(cluster.actions).toEqual([])
    expect(await readFile(join(folder, 'cid'), 'utf8')).toBe('mine')
  })

  test('in a folder that does not exist is refused', async () => {
    await using cluster = await fakeCluster()
    expectFailure(cluster, await runOn(cluster, { argv: argv('no/such/cid') }), 'CIDFILE')
  })

  test('of a run that made no Pod is not left empty', async () => {
    await using cluster = await fakeCluster({ requests: [forbid('create pods')] })
    expectFailure(cluster, await runOn(cluster, { argv: argv() }), 'FORBIDDEN')
    expect(await readdir(folder)).toEqual([])
  })
})
