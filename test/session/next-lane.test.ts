import { expect, test } from 'vitest'
import { RunError } from '../../src/errors/run-error.ts'
import { type LaneRules, nextLane, reasonOf, type Tried } from '../../src/session/next-lane.ts'

const cut = new RunError('STREAM_CUT', { problem: 'p' })
const unproven = new RunError('UNPROVEN', { problem: 'p' })
const early = new RunError('UNPROVEN', { problem: 'p', early: true })
const noExec = new RunError('EXEC_UNAVAILABLE', { problem: 'no right' })
const noVolumes = new RunError('EXEC_UNAVAILABLE', { problem: 'no volumes', otherHelper: true })
const evicted = new RunError('POD_LOST', { pod: 'p', why: 'w', disrupted: true })
const deleted = new RunError('POD_LOST', { pod: 'p', why: 'w' })
const pull = new RunError('IMAGE_PULL', { image: 'i', event: 'e' })

const AUTO: LaneRules = { wish: 'auto', speaksEarly: false, isPure: true }
const attach = (error: RunError): Tried => ({ lane: 'attach', error })
const exec = (error: RunError): Tried => ({ lane: 'exec', error })

test.each<[string, Partial<LaneRules>, readonly Tried[], 'attach' | 'exec' | undefined]>([
  ['at first', {}, [], 'attach'],
  ['at first, for an image that speaks early', { speaksEarly: true }, [], 'exec'],
  ['at first, by wish', { wish: 'exec' }, [], 'exec'],
  ['a wish is stronger than what is known', { wish: 'attach', speaksEarly: true }, [], 'attach'],

  ['a cut stream', {}, [attach(cut)], 'attach'],
  ['a cut stream, twice', {}, [attach(cut), attach(cut)], undefined],
  ['a cut stream of exec', { wish: 'exec' }, [exec(cut)], 'exec'],
  ['an evicted Pod', {}, [attach(evicted)], 'attach'],
  ['a Pod that somebody deleted', {}, [attach(deleted)], undefined],
  ['an image that is not there', {}, [attach(pull)], undefined],

  ['what attach cannot prove', {}, [attach(unproven)], 'exec'],
  ['what was said too early', {}, [attach(early)], 'exec'],
  ['the same, by wish', { wish: 'attach' }, [attach(early)], 'attach'],
  ['the same, then cut', {}, [attach(early), exec(cut)], 'exec'],
  ['the same, then cut twice', {}, [attach(early), exec(cut), exec(cut)], undefined],
  ['a cut stream, then a doubt', {}, [attach(cut), attach(unproven)], 'exec'],
  ['a cut stream, then a doubt, then cut', {}, [attach(cut), attach(unproven), exec(cut)], undefined],
  [
    'a doubt, by exec, then attach for want of it',
    {},
    [exec(cut), exec(noExec), attach(unproven)],
    undefined,
  ],

  ['no exec, for an image that speaks early', { speaksEarly: true }, [exec(noExec)], 'attach'],
  ['no exec, by wish', { wish: 'exec' }, [exec(noExec)], undefined],
  ['no exec, after a doubt', {}, [attach(unproven), exec(noExec)], 'attach'],
  ['no exec, after words that came too early', {}, [attach(early), exec(noExec)], 'attach'],
  ['no exec, after two', {}, [attach(unproven), exec(noExec), attach(unproven)], undefined],
  ['no image volumes', { wish: 'exec' }, [exec(noVolumes)], 'exec'],
  ['no image volumes, and no copy', { wish: 'exec' }, [exec(noVolumes), exec(noVolumes)], undefined],

  ['with a network: a cut stream', { isPure: false }, [attach(cut)], undefined],
  ['with a network: a doubt', { isPure: false }, [attach(early)], undefined],
  ['with a network: no exec', { isPure: false, speaksEarly: true }, [exec(noExec)], 'attach'],
  ['with a network: no image volumes', { isPure: false, speaksEarly: true }, [exec(noVolumes)], 'exec'],
])('%s', (...[, rules, tried, lane]) => {
  expect(nextLane({ ...AUTO, ...rules }, tried)).toBe(lane)
})

test('that the exec lane is not there is told, but is not the reason', () => {
  const reason = reasonOf([attach(early), exec(noExec)])
  expect(reason).toMatchObject({ code: 'UNPROVEN', notes: ['the exec lane cannot be used: no right'] })
  expect(reasonOf([exec(noExec)])).toBe(noExec)
  expect(reasonOf([attach(cut), attach(unproven)])).toBe(unproven)
})
