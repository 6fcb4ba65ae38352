import { describe, expect, test } from 'vitest'
import { asRunError, errorName, RunError } from '../../src/errors/run-error.ts'

describe('a RunError', () => {
  const error = new RunError('IMAGE_PULL', { image: 'x', event: 'not found' }, { notes: ['one'] })

  test('has what the catalogue says of its code', () => {
    expect(error).toMatchObject({
      name: 'RunError',
      code: 'IMAGE_PULL',
      exit: 125,
      message: 'cannot pull x: not found',
    })
    expect(error.hint).toMatch(/^Check the name/)
  })

  test('has an exit status of its own for signals', () => {
    expect(new RunError('INTERRUPTED', { by: 'SIGTERM' }, { exit: 143 }).exit).toBe(143)
  })

  test('keeps all that it is when it gets more notes', () => {
    const cause = new Error('why')
    const first = new RunError('INTERRUPTED', { by: 'SIGINT' }, { exit: 130, cause, notes: ['one'] })
    expect(first.withNotes(['two'])).toMatchObject({
      code: 'INTERRUPTED',
      exit: 130,
      cause,
      notes: ['one', 'two'],
    })
    expect(first.notes).toEqual(['one'])
  })

  test.each([
    [error, 'IMAGE_PULL', 'cannot pull x: not found'],
    [new TypeError('x is not a function'), 'INTERNAL', 'unexpected error: x is not a function'],
    ['text', 'INTERNAL', 'unexpected error: text'],
    [undefined, 'INTERNAL', 'unexpected error: undefined'],
  ])('is made of anything that was thrown: %s', (thrown, code, message) => {
    expect(asRunError(thrown)).toMatchObject({ code, message, exit: 125 })
  })

  test('is called by its code', () => {
    expect(errorName('UNPROVEN')).toBe('KRMPOD_UNPROVEN')
  })
})
