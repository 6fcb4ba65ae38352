import { expect, test } from 'vitest'
import { ANNOTATIONS } from '../../src/kube/labels.ts'
import { forbid } from '../doubles/fake-cluster/intervention.ts'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { IMAGE_DIGEST } from '../doubles/fake-cluster/pod-status.ts'
import { hangs } from '../doubles/fake-cluster/programs.ts'
import { type FakeCluster, fakeCluster } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

const RECORD = { request: { recordDigest: true } }

/** As the Pod was when it went. */
function lastAnnotations(cluster: FakeCluster): Readonly<Record<string, string>> {
  const gone = cluster.store.history.findLast(
    ({ type, resource }) => type === 'DELETED' && resource === 'pods',
  )
  return gone?.object.metadata.annotations ?? {}
}

test('the image is on the Pod as it was named, and as what it was', async () => {
  await using cluster = await fakeCluster()
  expectResult(cluster, await runOn(cluster, { ...RECORD, stdin: 'in' }), { stdout: 'in' })
  expect(lastAnnotations(cluster)).toMatchObject({
    [ANNOTATIONS.image]: IMAGE,
    [ANNOTATIONS.digest]: IMAGE_DIGEST,
  })
})

test('of a run that was stopped, too', async () => {
  await using cluster = await fakeCluster({ pods: runs(hangs) })
  const outcome = await runOn(cluster, { request: { recordDigest: true, deadlineMs: 1_000 } })
  expectFailure(cluster, outcome, 'DEADLINE')
  expect(lastAnnotations(cluster)).toHaveProperty([ANNOTATIONS.digest], IMAGE_DIGEST)
})

test('nobody asks for it by default', async () => {
  await using cluster = await fakeCluster()
  await runOn(cluster)
  expect(cluster.count('patch pods')).toBe(0)
})

test('a run without the right is as good, and a person is told', async () => {
  const hints: string[] = []
  await using cluster = await fakeCluster({ requests: [forbid('patch pods')] })
  const outcome = await runOn(cluster, {
    ...RECORD,
    stdin: 'in',
    host: { onHint: (text) => hints.push(text) },
  })
  expectResult(cluster, outcome, { stdout: 'in' })
  expect(hints).toContainEqual(expect.stringMatching(/^images\.recordDigest: pods is forbidden/))
})
