import { randomBytes } from 'node:crypto'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { planPod } from '../../src/plan/plan-pod.ts'
import type { KubeObject } from '../doubles/fake-cluster/kube-object.ts'
import { type FakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { credentialsFor } from '../doubles/run-on.ts'
import { request } from '../request/resolving.ts'

interface Left {
  readonly namespace?: string
  readonly ageSeconds?: number
  readonly kept?: boolean
  readonly withSecret?: boolean
  readonly annotations?: Readonly<Record<string, string>>
}

/** A Pod with a deadline of ten minutes, as a run made it that long ago and did not live to delete it. */
export function leave(cluster: FakeCluster, left: Left = {}): string {
  const { namespace = NAMESPACE, ageSeconds = 3_630, kept = false, withSecret = false } = left
  const runId = randomBytes(5).toString('hex')
  const identity = { runId, now: new Date(), namespace, kept }
  const { pod } = planPod(request('img'), identity)
  const { name } = pod.metadata
  const annotations = { ...pod.metadata.annotations, ...left.annotations }
  const made = cluster.store.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { ...pod.spec },
    metadata: { name, namespace, annotations, labels: { ...pod.metadata.labels } },
  })
  if (withSecret) {
    const ownerReferences = [{ uid: made.metadata.uid }]
    cluster.store.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, ownerReferences },
    })
  }
  touch(cluster, made, { creationTimestamp: new Date(Date.now() - ageSeconds * 1000).toISOString() })
  return name
}

export function touch(
  cluster: FakeCluster,
  { metadata: name }: Pick<KubeObject, 'metadata'>,
  change: Partial<KubeObject['metadata']>,
): void {
  cluster.store.update('pods', name, (pod) => ({ ...pod, metadata: { ...pod.metadata, ...change } }))
}

export function clientOf(cluster: FakeCluster): ApiClient {
  return new ApiClient(credentialsFor(cluster))
}

export function podNames(cluster: FakeCluster): readonly string[] {
  return cluster.objects('pods').map(({ metadata }) => metadata.name)
}
