import { describe, expect, test } from 'vitest'
import { ATTACH_LANE, type Lane } from '../../src/plan/lane.ts'
import { planPod } from '../../src/plan/plan-pod.ts'
import type { PodPlan } from '../../src/plan/pod-plan.ts'
import type { BindMount } from '../../src/request/mounts/mount.ts'
import { request } from '../request/resolving.ts'
import { NOW, planned, specOf } from './planned.ts'

const MOUNT: BindMount = { kind: 'bind', source: '/src', target: '/x', readOnly: true, createSource: false }

function withFiles(changes: Partial<BindMount>, lane: Lane = ATTACH_LANE): PodPlan {
  const uploads = { treeOf: new Map([['/src', 0]]), diskBytes: 4096 }
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
    const [first, ...others] = initContainers(withFiles({}, lane))
    expect(first).toBe('mounts')
    expect(others).toHaveLength(1)
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
