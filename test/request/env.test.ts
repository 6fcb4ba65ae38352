import { describe, expect, test } from 'vitest'
import { refusalOf } from '../argv/refusal-of.ts'
import { request } from './resolving.ts'

const CALLER = { HOME: '/home/me', TOKEN: 'hush', EMPTY: '' }

/** `NAME=VALUE`, and `NAME==VALUE` for a secret one. */
function env(line: string, files: Record<string, string> = {}): readonly string[] {
  const { env } = request(`${line} img`, { env: CALLER, files })
  return env.map(({ name, value, secret }) => `${name}${secret ? '==' : '='}${value}`)
}

describe('the environment of a function', () => {
  test.each<[line: string, variables: string[]]>([
    ['--rm', []],
    ['-e A=1', ['A=1']],
    ['-e A=', ['A=']],
    ['-e A=b=c', ['A=b=c']],
    ['-e A=$(B)$$', ['A=$(B)$$']],
    ['-e A=1 -e B=2 -e A=3', ['B=2', 'A=3']],
    ['-e TOKEN', ['TOKEN==hush']],
    ['-e EMPTY', ['EMPTY==']],
    ['-e NOSUCHVAR', []],
    ['-e constructor -e __proto__', []],
    ['-e __proto__=1', ['__proto__=1']],
    ['-e TOKEN=mine', ['TOKEN=mine']],
    ['-e TOKEN=mine -e TOKEN', ['TOKEN==hush']],
    ['-e TOKEN -e TOKEN=mine', ['TOKEN=mine']],
    ['-e A=1 -e A', []],
    ['-e A -e A=1', ['A=1']],
    ['-e odd-name.1=x', ['odd-name.1=x']],
  ])('%s: %j', (line, variables) => {
    expect(env(line)).toEqual(variables)
  })

  test.each<[line: string, variables: string[]]>([
    ['--env-file f', ['A=file', 'TOKEN==hush']],
    ['--env-file f -e A=flag', ['A=flag', 'TOKEN==hush']],
    ['-e A=flag --env-file f', ['A=flag', 'TOKEN==hush']],
    ['--env-file f --env-file g', ['A=other', 'TOKEN==hush', 'B=b']],
    ['--env-file g --env-file f', ['A=file', 'B=b', 'TOKEN==hush']],
    ['--env-file f -e A', ['A=file', 'TOKEN==hush']],
    ['--env-file h', ['A=1']],
  ])('files come first: %s: %j', (line, variables) => {
    expect(env(line, { f: 'A=file\nTOKEN\nNOSUCHVAR\n', g: 'A=other\nB=b', h: 'A=1\nA\n' })).toEqual(
      variables,
    )
  })

  test.each([
    ['-e NOSUCHVAR -e NOSUCHVAR', 1],
    ['-e A=1 -e A', 1],
    ['-e A -e A=1', 0],
    ['--env-file f -e A', 0],
    ['-e TOKEN', 0],
  ])('a name that a Pod cannot unset is told: %s', (line, warnings) => {
    expect(request(`${line} img`, { env: CALLER, files: { f: 'A=1' } }).warnings).toHaveLength(warnings)
  })

  test('says which name a Pod cannot unset', () => {
    const said = '-e NOPE: the caller has no NOPE; a Pod cannot unset it, so one that the image sets stays'
    expect(request('-e NOPE img').warnings).toEqual([said])
  })

  test.each([
    ['=x', 'invalid argument "=x" for "-e, --env" flag: invalid environment variable: =x'],
    ['', 'invalid argument "" for "-e, --env" flag: invalid environment variable: '],
    ['é=x', 'invalid environment variable name "é": expected printable ASCII characters without \'=\''],
    [
      'A\nB=x',
      'invalid environment variable name "A\\nB": expected printable ASCII characters without \'=\'',
    ],
    [
      'A\x7f=x',
      'invalid environment variable name "A\x7f": expected printable ASCII characters without \'=\'',
    ],
  ])('-e %j is refused', (variable, message) => {
    expect(refusalOf(() => request(['-e', variable, 'img']))).toMatchObject({ exit: 125, message })
  })

  describe('what env.allow does not list is not passed on', () => {
    const settings = { env: { allow: ['HOME', 'EMP*'] } }
    const given = { env: CALLER, files: { f: 'TOKEN\nHOME\n' }, settings }
    const said = 'env.allow does not list TOKEN: not passed on, as if the caller had none'

    test.each<[line: string, names: string[], notices: string[]]>([
      ['-e TOKEN -e TOKEN=mine', ['TOKEN'], []],
      ['-e HOME -e EMPTY', ['HOME', 'EMPTY'], []],
      ['-e TOKEN=mine', ['TOKEN'], []],
      ['-e TOKEN', [], [said]],
      ['-e TOKEN=mine -e TOKEN', [], [said]],
      ['--env-file f -e TOKEN', ['HOME'], [said]],
      ['-e TOKEN -e OTHER', [], [said.replace('TOKEN', 'TOKEN, OTHER')]],
    ])('%s: %j', (line, names, notices) => {
      const asked = request(`${line} img`, given)
      expect(asked.env.map(({ name }) => name)).toEqual(names)
      expect(asked.notices).toEqual(notices)
      expect(asked.warnings).toEqual([])
    })
  })

  test('a name from a file is checked, too', () => {
    expect(refusalOf(() => env('--env-file f', { f: 'é=x' })).code).toBe('BAD_VALUE')
  })
})
