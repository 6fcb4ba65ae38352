import { describe, expect, test } from 'vitest'
import { podVerdict } from '../../src/result/pod-verdict.ts'
import type { Verdict } from '../../src/result/verdict.ts'
import { NO_SANDBOX, SANDBOX, SCHEDULED, snapshot, terminated, waiting } from './snapshots.ts'

function verdict(given: Parameters<typeof snapshot>[0]): Verdict {
  return podVerdict(snapshot(given), 'function')
}

const UNSCHEDULABLE = '0/3 nodes are available: 3 Insufficient memory.'

describe('a Pod on its way', () => {
  test.each<[what: string, given: Parameters<typeof snapshot>[0], expected: object]>([
    ['is new', { nodeName: undefined, conditions: [] }, { phase: 'scheduling' }],
    [
      'fits nowhere',
      {
        nodeName: undefined,
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: UNSCHEDULABLE },
        ],
      },
      { phase: 'scheduling', detail: `Unschedulable: ${UNSCHEDULABLE}` },
    ],
    [
      'is held by a scheduling gate',
      {
        nodeName: undefined,
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
      },
      { phase: 'scheduling', detail: 'SchedulingGated' },
    ],
    ['has a node, and kubelet has not seen it', { conditions: [SCHEDULED] }, { phase: 'preparing' }],
    [
      'has no sandbox yet',
      { conditions: [SCHEDULED, NO_SANDBOX], state: waiting('ContainerCreating') },
      { phase: 'preparing' },
    ],
    ['has its sandbox', { state: waiting('ContainerCreating') }, { phase: 'starting' }],
    [
      'is on a cluster before 1.29, which does not tell of sandboxes',
      { conditions: [SCHEDULED], state: waiting('ContainerCreating') },
      { phase: 'starting' },
    ],
  ])('%s', (_, given, expected) => {
    expect(verdict(given)).toEqual({ kind: 'waiting', ...expected })
  })

  test('runs', () => {
    const state = { running: { startedAt: '2026-01-02T03:04:05Z' } }
    expect(verdict({ phase: 'Running', state })).toEqual({ kind: 'running' })
  })

  test('without any status is waited for', () => {
    const pod = snapshot({ nodeName: undefined })
    delete pod.status
    expect(podVerdict(pod, 'function')).toEqual({ kind: 'waiting', phase: 'scheduling' })
  })

  test('is judged by the container that is the function, not by another', () => {
    const pod = snapshot({ state: terminated(0, 'Completed') })
    expect(podVerdict(pod, 'receiver')).toMatchObject({ kind: 'waiting' })
  })
})

describe('a function that ended', () => {
  test.each([
    [0, 'Completed'],
    [1, 'Error'],
    [3, 'Error'],
    [126, 'Error'],
    [127, 'Error'],
    [137, 'OOMKilled'],
    [143, 'Error'],
    [255, 'Error'],
  ])('with %d, %s', (code, reason) => {
    expect(verdict({ phase: 'Running', state: terminated(code, reason) })).toEqual({
      kind: 'exited',
      code,
      reason,
    })
  })

  test.each(['Pending', 'Running', 'Succeeded'])(
    'is known to have ended while its Pod is still %s',
    (phase) => {
      expect(verdict({ phase, state: terminated(0, 'Completed') })).toMatchObject({ kind: 'exited', code: 0 })
    },
  )
})

describe('a Pod that was taken away is lost, whatever its container says', () => {
  const lowOnMemory = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 40Mi.'
  test.each<[given: Parameters<typeof snapshot>[0], why: string]>([
    [{ phase: 'Failed', reason: 'Evicted', message: lowOnMemory }, `Evicted: ${lowOnMemory}`],
    [
      {
        phase: 'Failed',
        reason: 'OutOfcpu',
        message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 10",
        conditions: [],
      },
      "OutOfcpu: Pod was rejected: Node didn't have enough resource: cpu, requested: 10",
    ],
    [{ phase: 'Failed', reason: 'NodeAffinity' }, 'NodeAffinity: '],
    [
      {
        phase: 'Running',
        conditions: [
          SCHEDULED,
          SANDBOX,
          { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: 'preempted' },
        ],
      },
      'PreemptionByScheduler: preempted',
    ],
    [{ phase: 'Running', deletionTimestamp: '2026-01-02T03:04:06Z' }, 'it was deleted by someone else'],
  ])('%j', (given, why) => {
    for (const state of [waiting('ContainerCreating'), { running: {} }, terminated(0, 'Completed')]) {
      expect(verdict({ ...given, state })).toMatchObject({
        kind: 'failed',
        error: { code: 'POD_LOST', exit: 125, details: { pod: 'krmpod-set-labels-0123456789', why } },
      })
    }
  })

  test.each([
    [137, 'ContainerStatusUnknown', 'The container could not be located when the pod was terminated'],
    [255, 'Unknown', undefined],
  ] as const)('a container of which the node lost track: %i, %s', (code, reason, message) => {
    expect(verdict({ state: terminated(code, reason, message) })).toMatchObject({
      error: { code: 'POD_LOST', details: { why: 'its node lost track of the container' } },
    })
  })

  test.each([
    [lowOnMemory, true],
    ['Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ', false],
    ['Container function exceeded its local ephemeral storage limit "1Gi". ', false],
    ['Usage of EmptyDir volume "home" exceeds the limit "64Mi". ', false],
  ])('%j is a disruption, after which a run is made again: %s', (message, disrupted) => {
    expect(verdict({ phase: 'Failed', reason: 'Evicted', message })).toMatchObject({
      error: { code: 'POD_LOST', details: { disrupted } },
    })
  })

  test('a disruption that did not come is none', () => {
    const conditions = [{ type: 'DisruptionTarget', status: 'False' } as const]
    expect(verdict({ conditions, state: terminated(0, 'Completed') })).toMatchObject({ kind: 'exited' })
  })

  test('a Pod that reached its activeDeadlineSeconds', () => {
    const reason = 'DeadlineExceeded'
    const message = 'Pod was active on the node longer than the specified deadline'
    expect(verdict({ phase: 'Failed', reason, message, state: terminated(137, 'Error') })).toMatchObject({
      kind: 'failed',
      error: { code: 'DEADLINE', exit: 125, details: { limit: '600 s' } },
    })
  })
})
