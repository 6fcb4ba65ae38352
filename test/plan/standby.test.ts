import { describe, expect, test } from 'vitest'
import { planPod } from '../../src/plan/plan-pod.ts'
import type { Identity } from '../../src/plan/pod-plan.ts'
import { claimPatch, parkedPod, standbyKey } from '../../src/plan/standby.ts'
import type { RunRequest } from '../../src/request/run-request.ts'
import { request } from '../request/resolving.ts'
import { NOW, planned } from './planned.ts'

const WORDS = '-i --network none img'

describe('the key of parked Pods', () => {
  const key = (changes: Partial<RunRequest> = {}, identity: Partial<Identity> = {}): string =>
    standbyKey(planPod({ ...request(WORDS), ...changes }, { ...NOW, ...identity }))

  test('is that of every run of the same function', () => {
    const later: Partial<Identity> = { runId: 'another', now: new Date() }
    expect(key({ deadlineMs: 5, givenImage: 'docker.io/library/img' }, later)).toBe(key())
    expect(key()).toMatch(/^[0-9a-f]{32}$/)
  })

  test.each<[string, Partial<RunRequest>]>([
    ['the image', { image: 'other' }],
    ['the words', { args: ['x'] }],
    ['the entrypoint', { entrypoint: ['x'] }],
    ['a variable', { env: [{ name: 'A', value: 'b', secret: false }] }],
    ['the user', { user: { kind: 'ids', uid: 1 } }],
    ['the network', { network: 'open' }],
    ['a limit', { resources: { requests: {}, limits: { memory: '2Gi' } } }],
    ['the service account', { serviceAccount: 'other' }],
    ['a label', { labels: { a: 'b' } }],
    ['an annotation', { annotations: { a: 'b' } }],
    ['a read-only root', { readOnlyRoot: true }],
    ['the hostname', { hostname: 'other' }],
    ['the time to stop', { stopTimeoutSeconds: 9 }],
  ])('is another one with %s', (_what, changes) => {
    expect(key(changes)).not.toBe(key())
  })

  test('is another one for another owner: its Pods go with it', () => {
    expect(key({}, { owner: { name: 'us', uid: 'u' } })).not.toBe(key())
  })
})

describe('a parked Pod', () => {
  const wish = { ...request(WORDS), standby: { size: 1, ttlMs: 60_500, longestRunMs: 30_000 } }
  const plan = planned(WORDS)
  const pod = parkedPod(plan, wish, new Date('2026-01-01T00:00:00Z'))

  test('is the planned one, with time for waiting and for a run', () => {
    expect(pod.spec).toEqual({ ...plan.pod.spec, activeDeadlineSeconds: 91 })
    expect(pod.metadata).toMatchObject({
      name: plan.pod.metadata.name,
      labels: plan.pod.metadata.labels,
      annotations: {
        'krmpod.dev/standby': standbyKey(plan),
        'krmpod.dev/expires': '2026-01-01T00:01:30.500Z',
        'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true',
      },
    })
  })

  test('is claimed by one patch that nobody else can make', () => {
    const parked = { uid: 'u', key: 'k', activeDeadlineSeconds: 7 }
    expect(claimPatch(plan, parked)).toEqual([
      { op: 'test', path: '/metadata/uid', value: 'u' },
      { op: 'test', path: '/metadata/annotations/krmpod.dev~1standby', value: 'k' },
      { op: 'remove', path: '/metadata/annotations/krmpod.dev~1standby' },
      { op: 'replace', path: '/metadata/annotations/krmpod.dev~1run-id', value: NOW.runId },
      {
        op: 'replace',
        path: '/metadata/annotations/krmpod.dev~1expires',
        value: plan.pod.metadata.annotations?.['krmpod.dev/expires'],
      },
      { op: 'replace', path: '/metadata/annotations/krmpod.dev~1image', value: 'img' },
      {
        op: 'replace',
        path: '/metadata/annotations/cluster-autoscaler.kubernetes.io~1safe-to-evict',
        value: 'false',
      },
      { op: 'replace', path: '/spec/activeDeadlineSeconds', value: 7 },
    ])
  })
})
