import { setTimeout as sleep } from 'node:timers/promises'
import type { PodScript } from '../doubles/fake-cluster/pod-on-node.ts'
import { type FakeCluster, type FakeClusterOptions, fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { credentialsFor } from '../doubles/run-on.ts'
import type { RunPlan } from './plan.ts'
import { upstreamOf } from './proxy/upstream.ts'
import { goneWithin, type World } from './world.ts'

const TIME_TO_GO_MS = 2_000
/** For whatever would still come to be after the run. */
const TIME_TO_COME_MS = 100
const NOBODY_DIALS_MS = 3_000
const ANSWER_MS = 70

/** A fake API server and node for each run. */
export function fakeWorld(): World {
  return {
    namespace: NAMESPACE,
    image: (name) => `ghcr.io/krmpod/fixtures/${name}:v1`,
    remains: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    place: async (plan, onStruck) => {
      const pods: PodScript = async (pod) => {
        await pod.prepare()
        if (plan.startsLate && !pod.isWaiting) await dialled(cluster)
        await pod.run(plan.shape.program)
      }
      const cluster = await fakeCluster({ ...faultsOf(plan, onStruck), pods })
      const left = (): readonly string[] =>
        [...cluster.objects('pods'), ...cluster.objects('secrets')]
          .filter(({ metadata }) => !metadata.deletionTimestamp)
          .map(({ metadata }) => metadata.name)
      return {
        upstream: upstreamOf(credentialsFor(cluster)),
        remains: async () => {
          await sleep(TIME_TO_COME_MS)
          return goneWithin(TIME_TO_GO_MS, () => Promise.resolve(left()))
        },
        // With its Secret, which it owns.
        sweep: (names) => {
          for (const name of names) cluster.store.remove('pods', { namespace: NAMESPACE, name })
          return Promise.resolve()
        },
        [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
      }
    },
  }
}

/** Until the next attempt to attach has been answered. */
async function dialled(cluster: FakeCluster): Promise<void> {
  const next = cluster.count('get pods/attach') + 1
  await Promise.race([
    cluster.seen('get pods/attach', next),
    sleep(NOBODY_DIALS_MS, undefined, { ref: false }),
  ])
  await sleep(ANSWER_MS)
}

/** Several faults of one server add up. */
function faultsOf({ faults }: RunPlan, onStruck: (kind: string) => void): FakeClusterOptions {
  let options: FakeClusterOptions = {}
  for (const { kind, fault } of faults) {
    if (fault.by !== 'server') continue
    const struck = { onStruck: () => onStruck(kind) }
    const { attach, log, watch } = fault
    options = {
      ...options,
      ...(attach && { attach: { ...options.attach, ...attach, onNodeLost: struck.onStruck } }),
      ...(log && { log: { ...options.log, ...log, ...struck } }),
      ...(watch && { watch: { ...options.watch, ...watch, ...struck } }),
    }
  }
  return options
}
