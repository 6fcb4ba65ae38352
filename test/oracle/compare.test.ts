import { describe, expect, test } from 'vitest'
import type { Case, Outcome } from './case.ts'
import { compare } from './compare.ts'

const ROW: Case = { name: 'a case', argv: ['run', 'cat'] }
const REFUSED: Case = { ...ROW, refused: true }

interface Words extends Partial<Omit<Outcome, 'stdout' | 'stderr'>> {
  readonly stdout?: string
  readonly stderr?: string
}

function outcome({ stdout = '', stderr = '', exitCode = 0, ...watched }: Words = {}): Outcome {
  return { exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), ...watched }
}

function differing(...parts: NonNullable<Case['differs']>['in']): Case {
  return { ...ROW, differs: { key: 'a-key', in: parts } }
}

describe('krmpod beside docker', () => {
  test.for<[string, Case, Words, Words, string]>([
    [
      'the same of everything',
      ROW,
      { stdout: 'a', stderr: 'b', exitCode: 3 },
      { stdout: 'a', stderr: 'b', exitCode: 3 },
      'equal',
    ],
    ['another exit code', ROW, { exitCode: 1 }, { exitCode: 2 }, 'undocumented'],
    ['a byte less on stdout', ROW, { stdout: 'a\r\n' }, { stdout: 'a\n' }, 'undocumented'],
    ['a byte more on stderr', ROW, { stderr: 'a' }, { stderr: 'a\n' }, 'undocumented'],
    ['a Pod left', ROW, { left: 0 }, { left: 1 }, 'undocumented'],
    ['a file more', ROW, { files: ['a'] }, { files: ['a', 'b'] }, 'undocumented'],
    ['the same files', ROW, { files: ['a', 'b'] }, { files: ['a', 'b'] }, 'equal'],
    ['stderr late', ROW, { live: true }, { live: false }, 'undocumented'],
    [
      'a warning of the engine',
      ROW,
      { stderr: 'WARNING: no swap\nWARNING: no\na' },
      { stderr: 'a' },
      'equal',
    ],
    ['a warning of the function', ROW, { stderr: 'a\nWARNING: b\n' }, { stderr: 'a\n' }, 'undocumented'],
    ['a documented difference', differing('stdout'), { stdout: 'a' }, { stdout: 'b' }, 'documented'],
    ['one that no longer shows', differing('stdout'), { stdout: 'a' }, { stdout: 'a' }, 'gone'],
    ['one that shows in part', differing('stdout', 'left'), { stdout: 'a' }, { stdout: 'b' }, 'gone'],
    [
      'one that shows in more',
      differing('stdout'),
      { stdout: 'a' },
      { stdout: 'b', exitCode: 1 },
      'undocumented',
    ],
    [
      'both refuse, each in its words',
      REFUSED,
      { exitCode: 125, stderr: 'docker: no.\n' },
      { exitCode: 125, stderr: 'docker: never.\n' },
      'equal',
    ],
    [
      'both refuse, with different codes',
      REFUSED,
      { exitCode: 1, stderr: 'docker: no.\n' },
      { exitCode: 125, stderr: 'docker: no.\n' },
      'undocumented',
    ],
    [
      'a refusal with output',
      REFUSED,
      { exitCode: 125, stderr: 'docker: no.\n' },
      { exitCode: 125, stderr: 'docker: no.\n', stdout: 'a' },
      'undocumented',
    ],
    [
      'a refusal without a reason',
      REFUSED,
      { exitCode: 125, stderr: 'docker: no.\n' },
      { exitCode: 125 },
      'undocumented',
    ],
    [
      'docker does not refuse',
      REFUSED,
      { exitCode: 125, stderr: 'fail: on purpose\n' },
      { exitCode: 125, stderr: 'docker: no.\n' },
      'pointless',
    ],
    [
      'docker refuses what it should run',
      ROW,
      { exitCode: 125, stderr: 'docker: no.\n' },
      { exitCode: 125, stderr: 'docker: no.\n' },
      'pointless',
    ],
  ])('%s', ([, row, docker, krmpod, kind]) => {
    expect(compare(row, outcome(docker), outcome(krmpod))).toMatchObject({ kind })
  })

  test.each([
    ['a', 'equal'],
    ['b', 'documented'],
  ])('a race may go either way: %s is %s', (stdout, kind) => {
    const row: Case = { ...ROW, differs: { key: 'a-key', in: ['stdout', 'stderr'], isRace: true } }
    expect(compare(row, outcome({ stdout: 'a' }), outcome({ stdout }))).toMatchObject({ kind })
  })

  test('a difference is shown short, and as what it is', () => {
    const docker = outcome({ stdout: 'x'.repeat(50), exitCode: 0 })
    const krmpod = { ...outcome({ exitCode: 125 }), stdout: Buffer.of(0xff, 0) }
    expect(compare(ROW, docker, krmpod)).toEqual({
      kind: 'undocumented',
      parts: [
        { part: 'exitCode', docker: '0', krmpod: '125' },
        { part: 'stdout', docker: `"${'x'.repeat(40)}"… (50 bytes)`, krmpod: 'ff00' },
      ],
    })
  })

  test('of files only those are shown that the other does not have', () => {
    const docker = outcome({ files: ['a 1', 'b', 'c'] })
    const krmpod = outcome({ files: ['a 2', 'b'] })
    expect(compare(ROW, docker, krmpod)).toEqual({
      kind: 'undocumented',
      parts: [{ part: 'files', docker: 'a 1; c', krmpod: 'a 2' }],
    })
    expect(compare(ROW, krmpod, outcome({ files: ['b'] }))).toMatchObject({
      parts: [{ docker: 'a 2', krmpod: 'nothing more' }],
    })
  })
})
