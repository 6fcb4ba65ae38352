import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../src/errors/catalogue.ts'
import { forbid } from '../doubles/fake-cluster/intervention.ts'
import type { PodOnNode, PodScript } from '../doubles/fake-cluster/pod-on-node.ts'
import {
  disrupted,
  failedPod,
  type PodStatus,
  RUNNING,
  terminated,
  unschedulable,
  waitingFor,
} from '../doubles/fake-cluster/pod-status.ts'
import { cat, echo } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

const BACK_OFF = `Back-off pulling image "${IMAGE}": ErrImagePull: rpc error: code = Unknown desc = failed to pull and unpack image "${IMAGE}": failed to do request: Head "https://ghcr.io/v2/acme/set-labels/manifests/v1": dial tcp 10.0.0.9:443: i/o timeout`
const NOT_FOUND = `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`
const NO_PROGRAM =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/no/such": stat /no/such: no such file or directory'
const NO_RIGHT =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/x": permission denied'

/** The Pod comes as far as its sandbox, and then its status says this. */
function says(status: PodStatus): PodScript {
  return async (pod) => {
    await pod.prepare()
    pod.says(status)
  }
}

describe('a Pod that never starts fails at once, with the reason', () => {
  test.concurrent.each([
    ['an image that does not exist', waitingFor('ErrImagePull', NOT_FOUND), 'IMAGE_PULL', 125, 'not found'],
    [
      'an image that does not exist, later',
      waitingFor('ImagePullBackOff', `Back-off pulling image "${IMAGE}": ErrImagePull: ${NOT_FOUND}`),
      'IMAGE_PULL',
      125,
      'not found',
    ],
    [
      'an image that may not be pulled',
      waitingFor('ErrImageNeverPull', `Container image "${IMAGE}" is not present with pull policy of Never`),
      'IMAGE_PULL',
      125,
      'Never',
    ],
    [
      'an image name that is none',
      waitingFor('InvalidImageName', 'couldn\'t parse image name "a::b": invalid reference format'),
      'IMAGE_PULL',
      125,
      'invalid reference',
    ],
    [
      'an image whose user is root',
      waitingFor('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'),
      'CONTAINER_CONFIG',
      125,
      'runAsNonRoot',
    ],
    [
      'an entrypoint that does not exist',
      terminated({ exitCode: 128, reason: 'StartError', message: NO_PROGRAM }),
      'ENTRYPOINT_NOT_FOUND',
      127,
      '/no/such',
    ],
    [
      'an entrypoint that cannot be executed',
      terminated({ exitCode: 128, reason: 'StartError', message: NO_RIGHT }),
      'NOT_EXECUTABLE',
      126,
      'permission denied',
    ],
    [
      'a runtime that fails otherwise',
      terminated({ exitCode: 128, reason: 'StartError', message: 'cannot mount proc' }),
      'CANNOT_START',
      125,
      'cannot mount proc',
    ],
    [
      'a node without room for it',
      failedPod('OutOfcpu', "Node didn't have enough resource: cpu, requested: 10"),
      'POD_LOST',
      125,
      'OutOfcpu',
    ],
  ] as const satisfies readonly (readonly [string, PodStatus, ErrorCode, number, string])[])(
    '%s',
    async (...[, status, code, exit, words]) => {
      await using cluster = await fakeCluster({ pods: says(status) })
      const outcome = await runOn(cluster, { stdin: 'hello' })
      expectFailure(cluster, outcome, code)
      expect(outcome.error?.exit).toBe(exit)
      expect(outcome.error?.message).toContain(words)
    },
  )
})

describe('what may pass is waited for', () => {
  test.concurrent.each([
    ['a pull that times out', waitingFor('ImagePullBackOff', BACK_OFF)],
    ['a node that is full', unschedulable('0/1 nodes are available: 1 Insufficient cpu.')],
    [
      'a Secret that kubelet has not seen',
      waitingFor('CreateContainerConfigError', 'secret "krmpod-x" not found'),
    ],
    ['a busy runtime', waitingFor('CreateContainerError', 'context deadline exceeded')],
  ])('%s', async (_what, status) => {
    const pods: PodScript = async (pod) => {
      await pod.step()
      pod.says(status)
      await pod.step(50)
      await pod.prepare()
      await pod.run(echo)
    }
    await using cluster = await fakeCluster({ pods })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })

  test.concurrent.each([
    [
      'unschedulable',
      unschedulable('0/1 nodes are available: 1 Insufficient cpu.'),
      /scheduling \(Unschedulable: 0\/1 nodes/,
    ],
    [
      'a pull that times out',
      waitingFor('ImagePullBackOff', BACK_OFF),
      /starting the container \(ImagePullBackOff: .*i\/o timeout/,
    ],
  ])('%s, until the deadline, which says what was waited for', async (_what, status, words) => {
    const pods: PodScript = async (pod) => {
      if (!words.source.startsWith('scheduling')) await pod.prepare()
      pod.says(status)
    }
    await using cluster = await fakeCluster({ pods })
    const outcome = await runOn(cluster, { stdin: 'hello', request: { deadlineMs: 500 } })
    expectFailure(cluster, outcome, 'DEADLINE')
    expect(outcome.error?.message).toMatch(words)
  })
})

describe('a Pod that is taken away from a running function', () => {
  const LOSSES: readonly [string, (pod: PodOnNode) => void][] = [
    [
      'evicted by kubelet',
      (pod) => pod.says(disrupted('TerminationByKubelet', 'The node was low on resource: memory.')),
    ],
    [
      'evicted through the API',
      (pod) => pod.says(disrupted('EvictionByEvictionAPI', 'Eviction API: evicting')),
    ],
    [
      'preempted',
      (pod) =>
        pod.says(
          disrupted(
            'PreemptionByScheduler',
            'default-scheduler: preempting to accommodate a higher priority pod',
          ),
        ),
    ],
    [
      'on a node that is gone',
      (pod) => pod.says(terminated({ exitCode: 137, reason: 'ContainerStatusUnknown' })),
    ],
    ['failed as a whole', (pod) => pod.says(failedPod('Evicted', 'The node had condition: [DiskPressure].'))],
    ['deleted by someone else', (pod) => void pod.deleteGently()],
  ]

  test.concurrent.each(LOSSES)('%s, with its stream', async (_what, lose) => {
    const pods: PodScript = async (pod) => {
      await pod.prepare()
      const container = pod.start(cat)
      pod.says(RUNNING)
      await pod.step(40)
      lose(pod)
      container.kill()
    }
    await using cluster = await fakeCluster({ pods, attach: { cutBeforeStatus: true } })
    expectFailure(cluster, await runOn(cluster, { stdin: 'hello' }), 'POD_LOST')
  })

  test.concurrent.each(LOSSES)('%s, while its connection stays open', async (_what, lose) => {
    const pods: PodScript = async (pod) => {
      await pod.prepare()
      pod.start(() => new Promise<number>(() => undefined))
      pod.says(RUNNING)
      await pod.step(40)
      lose(pod)
    }
    await using cluster = await fakeCluster({ pods, attach: { silentAfterBytes: 0 } })
    expectFailure(cluster, await runOn(cluster, { stdin: 'hello' }), 'POD_LOST')
  })
})

test.concurrent('events are told with the error; without the right to list them, the error alone', async () => {
  const event = { type: 'Warning', reason: 'Failed', message: 'Failed to pull image', involvedObject: {} }
  const pods: PodScript = async (pod) => {
    await pod.prepare()
    pod.says(waitingFor('ErrImagePull', NOT_FOUND))
  }
  await using cluster = await fakeCluster({ pods })
  cluster.store.create('events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'default' },
    ...event,
  })
  expect((await runOn(cluster)).error?.notes).toEqual(['Warning Failed: Failed to pull image'])

  await using strict = await fakeCluster({ pods, requests: [forbid('list events')] })
  const outcome = await runOn(strict)
  expectFailure(strict, outcome, 'IMAGE_PULL')
  expect(outcome.error?.notes).toEqual([])
})
