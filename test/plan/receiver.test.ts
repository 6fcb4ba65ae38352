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
  {
    lane = ATTACH_LANE,
    diskBytes = 4096,
    limit = '1Gi',
    packed = true,
  }: { lane?: Lane; diskBytes?: number; limit?: string; packed?: boolean } = {},
): PodPlan {
  const uploads = { treeOf: new Map([['/src', 0]]), diskBytes, packed }
  return planPod(
    { ...request(`--memory ${limit.replace(/i$/, '')} img`), mounts: [{ ...MOUNT, ...changes }] },
    { ...NOW, uploads },
    lane,
  )
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
    { diskBytes: 16 * MIB, memory: true },
    { diskBytes: 16 * MIB + 1, memory: false },
    { limit: '64Mi', diskBytes: MIB, memory: true },
    { limit: '64Mi', diskBytes: MIB + 1, memory: false },
    { changes: { readOnly: false }, diskBytes: 4096, memory: false },
  ])(
    'has them in memory if that is not missed, else more room on disk: %j',
    ({ memory, limit = '1Gi', ...given }) => {
      const plan = withFiles(given.changes ?? {}, { ...given, limit })
      const emptyDir = memory ? { medium: 'Memory' } : {}
      expect(specOf(plan).volumes).toEqual([{ name: 'mounts', emptyDir }])
      const room = memory ? '1Gi' : String(1024 * MIB + given.diskBytes)
      expect(functionOf(plan).resources?.limits).toEqual({ memory: limit, 'ephemeral-storage': room })
    },
  )

  test.each([
    [true, 'tar -xzpof -'],
    [false, 'tar -xpof -'],
  ])('is unpacked as it was packed: %s, %s', (packed, tar) => {
    const plan = withFiles({}, { packed })
    const [receiver] = specOf(plan).initContainers ?? []
    expect(receiver?.command?.[2]).toContain(`\n${tar} || exit 11\n`)
    expect(plan.packed).toBe(packed)
  })

  test('ends as docker would, where nothing is given back', () => {
    const plan = withFiles({})
    expect(initContainers(plan)).toEqual(['mounts'])
    expect(specOf(plan).terminationGracePeriodSeconds).toBe(request('img').stopTimeoutSeconds)
  })

  test('has a minute, and more for large ones, to give them back, but never more than a whole run', () => {
    const plan = withFiles({ readOnly: false })
    expect(initContainers(plan)).toEqual(['mounts', 'changes'])
    expect(specOf(plan).terminationGracePeriodSeconds).toBe(61)
    const grace = (diskBytes: number): unknown =>
      specOf(withFiles({ readOnly: false }, { diskBytes })).terminationGracePeriodSeconds
    expect(grace(1000 * MIB)).toBe(160)
    expect(grace(100_000 * MIB)).toBe(600)
  })
})
