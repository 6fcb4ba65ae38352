import { describe, expect, test } from 'vitest'
import { RunError } from '../../src/errors/run-error.ts'
import { type Deed, forbid, type Intervention, refuse } from '../doubles/fake-cluster/intervention.ts'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { exits } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

const WITH_SECRET = ['-i', '-e', 'TOKEN', IMAGE]

const TROUBLE: readonly [string, Deed][] = [
  ['500', refuse(500, 'InternalError', 'etcdserver: request timed out')],
  ['429', refuse(429, 'TooManyRequests', 'too many requests')],
  ['a connection that is reset', { kind: 'reset' }],
  ['a connection that is reset after it was done', { kind: 'resetAfter' }],
]

describe('deleting the Pod', () => {
  test.concurrent.each(TROUBLE)('is tried again after %s', async (_what, does) => {
    await using cluster = await fakeCluster({ requests: [{ on: 'delete pods', times: 2, does }] })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })

  test.concurrent.each([
    ['no right to', forbid('delete pods')],
    ['only trouble', { on: 'delete pods', does: refuse(500, 'InternalError', 'etcdserver: no leader') }],
  ])('%s: the result stands, and what is left is told', async (_what, intervention) => {
    await using cluster = await fakeCluster({ requests: [intervention] })
    const outcome = await runOn(cluster, { stdin: 'hello' })
    expect(outcome).toMatchObject({ end: 'exit 0' })
    expect(outcome.stdout.toString()).toBe('hello')
    expect(outcome.stderr).toMatch(/^docker: warning: could not delete Pod default\/krmpod-set-labels-.*\n$/)
    expect(cluster.objects('pods')).toHaveLength(1)
  })

  test.concurrent('an API server that never answers is not waited for long', async () => {
    await using cluster = await fakeCluster({ requests: [{ on: 'delete pods', does: { kind: 'hang' } }] })
    const start = performance.now()
    const outcome = await runOn(cluster, { stdin: 'hello' })
    expect(outcome.end).toBe('exit 0')
    expect(outcome.stderr).toContain('no answer within 5 s')
    expect(performance.now() - start).toBeLessThan(15_000)
  })

  test.concurrent('a failure of it does not hide why the run failed', async () => {
    const requests = [forbid('delete pods'), forbid('get pods/attach')]
    await using cluster = await fakeCluster({ requests })
    const outcome = await runOn(cluster, { stdin: 'hello' })
    expect(outcome.end).toBe('FORBIDDEN')
    expect(outcome.error?.message).toContain('get pods/attach')
  })

  test.concurrent('only ours: a Pod of another UID is never deleted', async () => {
    await using cluster = await fakeCluster()
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
    const made = cluster.store.history.find(({ resource }) => resource === 'pods')?.object.metadata.uid
    const deletion = cluster.requests.find(({ action }) => action === 'delete pods')
    expect(deletion?.body).toMatchObject({ preconditions: { uid: made }, gracePeriodSeconds: 0 })
  })

  test.concurrent.each<[string, Intervention]>([
    [
      'its name is taken',
      { on: 'create pods', does: refuse(409, 'AlreadyExists', 'pods "x" already exists') },
    ],
    ['it has no right to', forbid('create pods')],
  ])('a run that makes no Pod, since %s, deletes none of that name', async (_what, intervention) => {
    await using cluster = await fakeCluster({ requests: [intervention] })
    expect((await runOn(cluster, { argv: WITH_SECRET, env: { TOKEN: 'x' } })).end).not.toBe('exit 0')
    expect(cluster.count('delete pods') + cluster.count('delete secrets')).toBe(0)
  })

  test.concurrent("a Secret that was there before is not the run's", async () => {
    const taken = refuse(409, 'AlreadyExists', 'secrets "x" already exists')
    await using cluster = await fakeCluster({ requests: [{ on: 'create secrets', does: taken }] })
    const outcome = await runOn(cluster, { argv: WITH_SECRET, env: { TOKEN: 'x' } })
    expectFailure(cluster, outcome, 'API_REJECTED')
    expect(cluster.count('delete secrets')).toBe(0)
  })

  test.concurrent('only ours: a Secret of another UID is never deleted', async () => {
    await using cluster = await fakeCluster()
    const outcome = await runOn(cluster, { argv: WITH_SECRET, env: { TOKEN: 'x' }, stdin: 'hello' })
    expectResult(cluster, outcome, { stdout: 'hello' })
    const made = cluster.store.history.find(({ resource }) => resource === 'secrets')?.object.metadata.uid
    const deletion = cluster.requests.find(({ action }) => action === 'delete secrets')
    expect(deletion?.body).toMatchObject({ preconditions: { uid: made } })
  })

  test.concurrent('a Pod whose creation was not answered is known by its run, and deleted by its UID', async () => {
    const interrupted = new AbortController()
    await using cluster = await fakeCluster({
      requests: [{ on: 'create pods', times: 1, does: { kind: 'resetAfter' } }],
    })
    const by = new RunError('INTERRUPTED', { by: 'SIGTERM' })
    void cluster.seen('create pods').then(() => setTimeout(() => interrupted.abort(by), 20))
    const host = { interrupted: interrupted.signal }
    expectFailure(cluster, await runOn(cluster, { host }), 'INTERRUPTED')
    const made = cluster.store.history.find(({ resource }) => resource === 'pods')?.object.metadata.uid
    const deletions = cluster.requests.filter(({ action }) => action === 'delete pods')
    expect(deletions.map(({ body }) => body)).toMatchObject([{ preconditions: { uid: made } }])
  })

  test.concurrent('a run that made nothing deletes nothing', async () => {
    await using cluster = await fakeCluster({ requests: [forbid('list networkpolicies')] })
    expectFailure(cluster, await runOn(cluster), 'FORBIDDEN')
    expect(cluster.count('delete pods')).toBe(0)
  })
})

describe('--keep leaves the Pod, and says so', () => {
  test.concurrent.each([0, 3])('after exit %i', async (exit) => {
    await using cluster = await fakeCluster({ pods: runs(exits(exit)) })
    const outcome = await runOn(cluster, { host: { keep: true } })
    expect(outcome.end).toBe(`exit ${exit}`)
    expect(outcome.stderr).toMatch(
      /^docker: Pod krmpod-set-labels-\w+ is kept: kubectl delete pod -n default krmpod-set-labels-\w+\n$/,
    )
    expect(cluster.objects('pods')).toHaveLength(1)
  })
})

describe('connections', () => {
  test.each([
    ['a run that went well', {}],
    ['one whose stream never closed', { attach: { staysOpen: true } }],
    ['one whose stream was cut', { attach: { cutAfterBytes: 0 } }],
    ['one whose Pod was lost', { attach: { silentAfterBytes: 0 }, pods: runs(() => Promise.resolve(0)) }],
    ['one that was refused', { requests: [forbid('get pods/attach')] }],
    ['one over v4', { attach: { version: 'v4' } }],
  ] as const)('%s leaves none open', async (_what, options) => {
    await using cluster = await fakeCluster(options)
    await runOn(cluster, { stdin: 'hello' })
    await expect.poll(() => cluster.connections, { timeout: 5000 }).toBe(0)
  })
})

test.concurrent('a Secret goes with its Pod, whoever deletes it', async () => {
  const requests = [{ on: 'delete secrets', does: refuse(403, 'Forbidden', 'no') }]
  await using cluster = await fakeCluster({ requests })
  const outcome = await runOn(cluster, {
    argv: ['-i', '-e', 'TOKEN', IMAGE],
    env: { TOKEN: 'x' },
    stdin: 'hello',
  })
  expectResult(cluster, outcome, { stdout: 'hello' })
})
