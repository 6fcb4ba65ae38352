import { describe, expect, test } from 'vitest'
import { ATTACH_LANE, type Lane } from '../../src/plan/lane.ts'
import { planPod } from '../../src/plan/plan-pod.ts'
import type { PodPlan } from '../../src/plan/pod-plan.ts'
import type { BindMount } from '../../src/request/mounts/mount.ts'
import { request } from '../request/resolving.ts'
import { functionOf, NOW, planned, specOf } from './planned.ts'

const MIB = 1024 * 1024
const MOUNT: BindMount = { kind: 'bind', source: '/src', target: '/x', readOnly: true, createSource: false }

function withFiles(
  changes: Partial<BindMount>,
  { lane = ATTACH_LANE, diskBytes = 4096 }: { lane?: Lane; diskBytes?: number } = {},
): PodPlan {
  const uploads = { treeOf: new Map([['/src', 0]]), diskBytes }
  return planPod({ ...request('img'), mounts: [{ ...MOUNT, ...changes }] }, { ...NOW, uploads }, lane)
}

function initContainers(plan: PodPlan): readonly string[] {
  return (specOf(plan).initContainers ?? []).map(({ name }) => name)
}

describe('a Pod whose function gets files', () => {
  test('is never planned before someone has looked at them', () => {
    expect(() => planned('img', { mounts: [MOUNT] })).toThrow('/src')
  })

  test('receives them before a helper is copied', () => {
    const lane: Lane = { kind: 'exec', helper: { image: 'bb:1', by: 'copy' } }
    const [first, ...others] = initContainers(withFiles({}, { lane }))
    expect(first).toBe('mounts')
    expect(others).toHaveLength(1)
  })

  test.each([
    { changes: {}, diskBytes: 16 * MIB, memory: true },
    { changes: {}, diskBytes: 16 * MIB + 1, memory: false },
    { changes: { readOnly: false }, diskBytes: 4096, memory: false },
  ])('has them in memory only if they are few and stay so, and room for them: %j', ({ memory, ...given }) => {
    const plan = withFiles(given.changes, given)
    const emptyDir = memory ? { medium: 'Memory' } : {}
    expect(specOf(plan).volumes).toEqual([{ name: 'mounts', emptyDir }])
    const more = String(1024 * MIB + given.diskBytes)
    expect(functionOf(plan).resources?.limits).toEqual(
      memory ? { memory: more, 'ephemeral-storage': '1Gi' } : { memory: '1Gi', 'ephemeral-storage': more },
    )
  })

  test('ends as docker would, where nothing is given back', () => {
    const plan = withFiles({})
    expect(initContainers(plan)).toEqual(['mounts'])
    expect(specOf(plan).terminationGracePeriodSeconds).toBe(request('img').stopTimeoutSeconds)
  })

  test('has a minute to give them back, however long the run may take', () => {
    const plan = withFiles({ readOnly: false })
    expect(initContainers(plan)).toEqual(['mounts', 'changes'])
    expect(specOf(plan).terminationGracePeriodSeconds).toBe(60)
  })
})
