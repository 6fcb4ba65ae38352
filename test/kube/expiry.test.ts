import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expiryOf } from '../../src/kube/expiry.ts'
import type { Pod } from '../../src/kube/types.ts'
import { planPod } from '../../src/plan/plan-pod.ts'
import { request } from '../request/resolving.ts'

const CREATED = '2026-01-02T03:04:05Z'

interface Given {
  readonly deadlineMs?: number
  readonly kept?: boolean
  /** What the caller's clock shows. */
  readonly callerNow?: Date
  readonly started?: string
}

/** As the API server keeps what was planned. */
function stored({ deadlineMs = 600_000, kept = false, callerNow = new Date(CREATED), started }: Given): Pod {
  const identity = { runId: '0123456789', now: callerNow, namespace: 'functions', kept }
  const { pod } = planPod({ ...request('img'), deadlineMs }, identity)
  return {
    ...pod,
    metadata: { ...pod.metadata, creationTimestamp: CREATED },
    status: { ...(started && { startTime: started }) },
  }
}

function expiry(given: Given): string {
  return new Date(expiryOf(stored(given)) ?? NaN).toISOString()
}

describe('a Pod may be removed', () => {
  test.each<[string, Given, string]>([
    ['a minute and a second after its deadline, from its creation', {}, '2026-01-02T03:15:06.000Z'],
    ['whatever the clock of its caller shows', { callerNow: new Date(0) }, '2026-01-02T03:15:06.000Z'],
    ['later, when kubelet started it later', { started: '2026-01-02T03:09:05Z' }, '2026-01-02T03:20:06.000Z'],
    [
      "not sooner, when kubelet's clock is slow",
      { started: '2026-01-02T01:00:00Z' },
      '2026-01-02T03:15:06.000Z',
    ],
    ['an hour and a second after its deadline when it was kept', { kept: true }, '2026-01-02T04:14:06.000Z'],
    ['two seconds and a minute after the shortest', { deadlineMs: -5 }, '2026-01-02T03:05:07.000Z'],
  ])('%s', (_what, given, expected) => {
    expect(expiry(given)).toBe(expected)
  })

  test('never while its run may live, by whatever clocks', () => {
    const times = fc.record({
      deadlineMs: fc.integer({ min: 1, max: 3_600_000 }),
      // The plan is made at 0; the API server makes the Pod after that, and kubelet starts it.
      createdMs: fc.integer({ min: 0, max: 600_000 }),
      startedMs: fc.integer({ min: -3_600_000, max: 3_600_000 }),
      callerSkewMs: fc.integer({ min: -1e10, max: 1e10 }),
    })
    fc.assert(
      fc.property(times, ({ deadlineMs, createdMs, startedMs, callerSkewMs }) => {
        const zero = Date.parse(CREATED)
        const pod = stored({ deadlineMs, callerNow: new Date(zero + callerSkewMs) })
        // Both are written in whole seconds.
        const whole = (ms: number): string => new Date(Math.floor((zero + ms) / 1000) * 1000).toISOString()
        const metadata = { ...pod.metadata, creationTimestamp: whole(createdMs) }
        const status = { startTime: whole(createdMs + startedMs) }
        expect(expiryOf({ ...pod, metadata, status })).toBeGreaterThan(zero + deadlineMs)
      }),
    )
  })
})

describe('nothing can be told of', () => {
  const pod = stored({})
  test.each<[string, Pod]>([
    ['a Pod without a deadline', { ...pod, spec: { containers: [] } }],
    ["a Pod that is not krmpod's", { ...pod, metadata: { ...pod.metadata, annotations: {} } }],
    ['a Pod that is not stored yet', { spec: pod.spec ?? { containers: [] }, metadata: { name: 'x' } }],
    ['a Pod whose times are none', { ...pod, metadata: { ...pod.metadata, creationTimestamp: 'yesterday' } }],
  ])('%s', (_what, given) => {
    expect(expiryOf(given)).toBeUndefined()
  })
})
