import { describe, expect, test } from 'vitest'
import { planNudge } from '../../src/plan/container.ts'
import type { Resources } from '../../src/request/run-request.ts'
import { planned } from './planned.ts'

const MEMORY = '1Gi'

describe('the nudge is', () => {
  test.each<[what: string, resources: Resources, expected: readonly string[]]>([
    [
      'up, down, and up again',
      { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: MEMORY } },
      ['11m', '9m', '11m'],
    ],
    ['counted in millicores', { requests: { cpu: '0.5' }, limits: {} }, ['501m', '499m', '501m']],
    [
      'counted in millicores of whole CPUs',
      { requests: { cpu: '2' }, limits: {} },
      ['2001m', '1999m', '2001m'],
    ],
    ['never down to nothing', { requests: { cpu: '2m' }, limits: {} }, ['3m', '1m', '3m']],
    [
      'as far up as the limit',
      { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '11m', memory: MEMORY } },
      ['11m', '9m', '11m'],
    ],
    [
      'not above the limit',
      { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '10m', memory: MEMORY } },
      ['9m'],
    ],
    [
      'not above a limit in other words',
      { requests: { cpu: '1' }, limits: { cpu: '1000m', memory: MEMORY } },
      ['999m'],
    ],
    [
      'not into Guaranteed',
      { requests: { cpu: '10m', memory: MEMORY }, limits: { cpu: '11m', memory: MEMORY } },
      ['9m'],
    ],
    [
      'within Burstable',
      { requests: { cpu: '10m', memory: MEMORY }, limits: { cpu: '12m', memory: MEMORY } },
      ['11m', '9m', '11m'],
    ],
  ])('%s', (_, resources, expected) => {
    expect(planNudge(resources)).toEqual({ cpuRequests: expected })
  })

  test.each<[what: string, resources: Resources]>([
    ['without a CPU request', { requests: { memory: '64Mi' }, limits: { memory: MEMORY } }],
    ['from one millicore', { requests: { cpu: '1m' }, limits: {} }],
    ['from nothing', { requests: { cpu: '0' }, limits: {} }],
    ['of a quantity that is not read', { requests: { cpu: '1e1' }, limits: {} }],
    ['below a limit that is not read', { requests: { cpu: '10m' }, limits: { cpu: '1e1' } }],
    ['of a Guaranteed Pod', { requests: { cpu: '1', memory: MEMORY }, limits: { cpu: '1', memory: MEMORY } }],
    [
      'of a Guaranteed Pod, CPU in other words',
      { requests: { cpu: '1', memory: MEMORY }, limits: { cpu: '1000m', memory: MEMORY } },
    ],
    [
      'of a Guaranteed Pod, memory in other words',
      { requests: { cpu: '1', memory: MEMORY }, limits: { cpu: '1', memory: '1024Mi' } },
    ],
  ])('not made %s', (_, resources) => {
    expect(planNudge(resources)).toBeUndefined()
  })

  test('planned by default, and not when it is off', () => {
    expect(planned('img').nudge).toEqual({ cpuRequests: ['11m', '9m', '11m'] })
    expect(planned('img', { nudge: false })).not.toHaveProperty('nudge')
  })
})
