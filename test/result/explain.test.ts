import { describe, expect, test } from 'vitest'
import { ERRORS, type ErrorCode } from '../../src/errors/catalogue.ts'
import { RunError } from '../../src/errors/run-error.ts'
import { explainError, explainResult, plain } from '../../src/result/explain.ts'

describe('an error is explained', () => {
  test('by its reason, its hint, what the Pod went through, and its code', () => {
    const error = new RunError(
      'IMAGE_PULL',
      { image: 'x:v1', event: 'not found' },
      { notes: ['Normal Pulling: Pulling image "x:v1"', 'Warning Failed: not found'] },
    )
    expect(explainError(error).split('\n')).toEqual([
      'docker: cannot pull x:v1: not found.',
      ERRORS.IMAGE_PULL.hint,
      '  Normal Pulling: Pulling image "x:v1"',
      '  Warning Failed: not found',
      '(KRMPOD_IMAGE_PULL; docs/errors.md)',
      '',
    ])
  })

  test('without a hint, when there is none', () => {
    expect(explainError(new RunError('INTERRUPTED', { by: 'SIGTERM' }))).toBe(
      'docker: interrupted: SIGTERM.\n(KRMPOD_INTERRUPTED; docs/errors.md)\n',
    )
  })

  test.each(Object.keys(ERRORS) as ErrorCode[])('%s names its code in the last line', (code) => {
    const details = new Proxy({}, { get: () => 'x' }) as never
    const lines = explainError(new RunError(code, details)).split('\n')
    expect(lines[0]).toMatch(/^docker: .*\.$/)
    expect(lines.slice(-2)).toEqual([`(KRMPOD_${code}; docs/errors.md)`, ''])
  })

  test.each([
    ['ends in a full stop.', 'docker: interrupted: ends in a full stop.'],
    ['two\n  lines\r\n', 'docker: interrupted: two lines.'],
    ['\u001b[31mred\u001b[0m \u009b2Jbell\u0007', 'docker: interrupted: [31mred[0m 2Jbell.'],
    ['docker: fine.\ndocker: all went well', 'docker: interrupted: docker: fine. docker: all went well.'],
  ])('in one line that drives no terminal: %j', (by, expected) => {
    expect(explainError(new RunError('INTERRUPTED', { by })).split('\n')[0]).toBe(expected)
  })

  test('with notes that cannot pretend to be lines of ours', () => {
    const error = new RunError('INTERRUPTED', { by: 'x' }, { notes: ['a\ndocker: b\u001b[2J'] })
    expect(explainError(error)).toContain('\n  a docker: b[2J\n')
  })
})

describe('plain text', () => {
  test.each([
    ['a\tb', 'a\tb'],
    ['  a  ', 'a'],
    ['a\n\n\n b', 'a b'],
    ['a\rb', 'ab'],
    ['\u0000\u007f\u0085', ''],
    ['ünï – 日本', 'ünï – 日本'],
    // Would show the rest from right to left; would be a line of its own.
    ['a\u202eb\u2028c\u2066d', 'abcd'],
    [' \n a \n', 'a'],
  ])('of %j is %j', (text, expected) => {
    expect(plain(text)).toBe(expected)
  })

  test('of a MiB of blanks does not take for ever', () => {
    expect(plain(`a${' '.repeat(1024 * 1024)}b`)).toHaveLength(1024 * 1024 + 2)
  })
})

describe('a result is explained', () => {
  const result = { exitCode: 137, reason: 'OOMKilled', stdoutBytes: 0, stderrBytes: 0 }

  test.each([
    ['512Mi', ' of 512Mi (exit 137)'],
    [undefined, ' limit (exit 137)'],
  ])('when the function used more memory than its limit, %s', (limit, words) => {
    const text = explainResult(result, limit)
    expect(text).toMatch(/^docker: the function was killed for using more than its memory limit.*\.\n$/)
    expect(text).toContain(words)
  })

  test.each(['Completed', 'Error'])('by nothing, when its exit status says it all: %s', (reason) => {
    expect(explainResult({ ...result, reason }, '1Gi')).toBeUndefined()
  })
})
