import { describe, expect, test } from 'vitest'
import { cniOf } from '../../src/doctor/probe/cni.ts'
import { conclude, type Dial, parseDials, type Trial } from '../../src/doctor/probe/outcome.ts'
import { MOMENTS_MS } from '../../src/doctor/probe/script.ts'
import { tableOf } from '../../src/doctor/probe/table.ts'

const ALWAYS = [...MOMENTS_MS]

/** Open at these moments, closed at all others. */
function dials(openAt: Readonly<Record<string, readonly number[]>>): readonly Dial[] {
  return Object.entries(openAt).flatMap(([destination, moments]) =>
    MOMENTS_MS.map((momentMs) => ({ destination, momentMs, open: moments.includes(momentMs) })),
  )
}

function trial(
  without: Record<string, readonly number[]>,
  control: Record<string, readonly number[]>,
): Trial {
  const destinations = Object.keys(control)
  return { node: 'n', destinations, without: dials(without), control: dials(control) }
}

const DECIDING = ['service', 'pod']

describe('what a probe says', () => {
  test.each([
    ['nothing got through', { service: [], pod: [] }, { result: 'enforced', gapMs: 0 }],
    ['it did at first', { service: [0], pod: [0, 50] }, { result: 'enforced', gapMs: 100 }],
    ['it did for a while, with holes', { service: [200], pod: [] }, { result: 'enforced', gapMs: 400 }],
    ['it did to the last', { service: [], pod: ALWAYS }, { result: 'not enforced', gapMs: 0 }],
    ['it did at the last alone', { service: [3_200], pod: [] }, { result: 'not enforced', gapMs: 0 }],
    [
      'only what does not decide was reached',
      { service: [], pod: [], kubelet: ALWAYS },
      { result: 'enforced', gapMs: 0 },
    ],
  ] as const)('%s', (_what, without, outcome) => {
    const control = { service: ALWAYS, pod: ALWAYS, kubelet: ALWAYS }
    expect(conclude([trial(without, control)], DECIDING)).toMatchObject(outcome)
  })

  test('where the control got nowhere, a closed door may be a wall', () => {
    const blind = trial({ service: [], pod: [] }, { service: [], pod: [], kubelet: ALWAYS })
    expect(conclude([blind], DECIDING).result).toBe('unknown')
    const half = trial({ service: [], pod: [] }, { service: ALWAYS, pod: [] })
    expect(conclude([half], DECIDING).result).toBe('unknown')
    const sighted = trial({ service: [], pod: [] }, { service: ALWAYS, pod: ALWAYS })
    expect(conclude([sighted], DECIDING).result).toBe('enforced')
    expect(conclude([sighted, blind], DECIDING).result).toBe('unknown')
    expect(conclude([], DECIDING).result).toBe('unknown')
  })

  test('who has not knocked has not been turned away', () => {
    const sighted = trial({ service: [], pod: [] }, { service: ALWAYS, pod: ALWAYS })
    const silent = { ...sighted, without: sighted.without.slice(1) }
    expect(conclude([silent], DECIDING).result).toBe('unknown')
    expect(conclude([{ ...sighted, without: [] }], DECIDING).result).toBe('unknown')
  })

  test('what got through counts, whatever the control did, and on whichever node', () => {
    const sighted = trial({ service: [], pod: [] }, { service: ALWAYS, pod: ALWAYS })
    const leak = trial({ service: ALWAYS, pod: [] }, { service: [], pod: [] })
    expect(conclude([sighted, leak], DECIDING).result).toBe('not enforced')
  })

  test('is a table of destinations by moments', () => {
    const { reached } = conclude([trial({ pod: [0], far: [] }, { pod: ALWAYS, far: [] })], ['pod'])
    expect(tableOf(reached)).toEqual([
      'ms after the start      0     50    100    200    400    800   1600   3200  control',
      'pod (n)              open      -      -      -      -      -      -      -  open',
      'far (n)                 -      -      -      -      -      -      -      -  not reached',
    ])
  })
})

test('lines of a report, and what is none', () => {
  expect(parseDials('0 3 open the API service\nnonsense\n50 1051 closed another Pod\n')).toEqual([
    { destination: 'the API service', momentMs: 0, open: true },
    { destination: 'another Pod', momentMs: 50, open: false },
  ])
})

test.each([
  [['apps', 'crd.projectcalico.org'], 'Calico'],
  [['cilium.io'], 'Cilium'],
  [['apps'], undefined],
])('a CNI is told by its API groups: %j', (groups, name) => {
  expect(cniOf(groups)).toBe(name)
})
