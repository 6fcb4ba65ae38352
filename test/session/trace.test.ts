import { expect, test } from 'vitest'
import { followPhase, Trace } from '../../src/session/trace.ts'

function clockwork(): { trace: Trace; told: string[]; at: (ms: number) => void } {
  let now = 0
  const told: string[] = []
  const trace = new Trace(
    () => now,
    (phase, detail) => told.push(detail === undefined ? phase : `${phase}: ${detail}`),
  )
  return { trace, told, at: (ms) => (now = ms) }
}

test('a phase lasts until the next, and the last until it is asked', () => {
  const { trace, at } = clockwork()
  at(10)
  trace.enter('creating the Pod')
  at(15)
  trace.enter('creating the Pod')
  at(30)
  trace.enter('running')
  at(50)
  expect(trace.timings()).toEqual([
    { phase: 'connecting', ms: 10 },
    { phase: 'creating the Pod', ms: 20 },
    { phase: 'running', ms: 20 },
  ])
})

test('what is waited for is told once, and forgotten with its phase', () => {
  const { trace, told } = clockwork()
  trace.enter('creating the Pod')
  trace.waitFor('a quota')
  trace.waitFor('a quota')
  trace.waitFor(undefined)
  expect(trace.describe()).toBe('0 s creating the Pod (a quota)')
  trace.enter('scheduling')
  expect(trace.describe()).not.toContain('a quota')
  expect(told).toEqual(['creating the Pod', 'creating the Pod: a quota', 'scheduling'])
})

test('where the time went: what took a part of it worth telling, with what is waited for now', () => {
  const { trace, at } = clockwork()
  at(40)
  trace.enter('scheduling')
  at(2_040)
  trace.enter('starting the container')
  at(20_000)
  trace.waitFor('ErrImagePull: no such host')
  expect(trace.describe()).toBe('2 s scheduling, 18 s starting the container (ErrImagePull: no such host)')
  trace.enter('scheduling')
  at(30_000)
  expect(trace.describe()).toBe('12 s scheduling, 18 s starting the container')
  trace.enter('running')
  expect(trace.describe()).toBe('12 s scheduling, 18 s starting the container, 0 s running')
})

test("the Pod's status leads until the function runs, and never back", () => {
  const { trace, told } = clockwork()
  followPhase(trace, { kind: 'waiting', phase: 'scheduling', detail: 'Unschedulable' })
  followPhase(trace, { kind: 'waiting', phase: 'preparing' })
  followPhase(trace, { kind: 'waiting', phase: 'starting' })
  trace.enter('running')
  followPhase(trace, { kind: 'waiting', phase: 'starting', detail: 'late' })
  followPhase(trace, { kind: 'running' })
  expect(told).toEqual([
    'scheduling',
    'scheduling: Unschedulable',
    'preparing the Pod',
    'starting the container',
    'running',
  ])
})
