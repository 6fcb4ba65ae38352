import { describe } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import type { PodScript } from '../doubles/fake-cluster/pod-on-node.ts'
import { probe } from '../doubles/fake-cluster/probe.ts'
import { fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { credentialsFor } from '../doubles/run-on.ts'
import { contract } from './contract.ts'
import type { Setting } from './setting.ts'

/** Every image is probe, and no node has a label. */
const pods: PodScript = async (pod) => {
  const { nodeSelector, containers } = pod.spec as { nodeSelector?: object; containers: { args: string[] }[] }
  if (nodeSelector) return
  await pod.prepare()
  await pod.run(probe(containers[0]?.args ?? []))
}

async function open(): Promise<Setting & AsyncDisposable> {
  const cluster = await fakeCluster({ pods })
  const api = new ApiClient(credentialsFor(cluster))
  return {
    api,
    namespace: NAMESPACE,
    image: 'ghcr.io/krmpod/fixtures/probe:v1',
    [Symbol.asyncDispose]: async () => {
      api.close()
      await cluster[Symbol.asyncDispose]()
    },
  }
}

describe('the fake API server', () => contract(open))
