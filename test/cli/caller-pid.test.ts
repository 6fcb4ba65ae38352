import { expect, test } from 'vitest'
import { callerPid } from '../../src/cli/caller-pid.ts'

test.each([
  ['as bin/docker saw it', '77:12', 12],
  ['of a shell that did not become us: a version manager is between', '70:12', 1],
  ['that nobody saw', undefined, 1],
  ['in words of somebody else', 'me', 1],
  ['of which only half was said', '77', 1],
])('the caller %s', (_what, word, caller) => {
  const env = { KRMPOD_CALLER: word, HOME: '/' }
  expect(callerPid({ pid: 77, ppid: 1, env })).toBe(caller)
  expect(env).toEqual({ HOME: '/' })
})
