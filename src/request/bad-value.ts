import { RunError } from '../errors/run-error.ts'

/** A value that cannot be used in a Pod: what it is, what was got, what was expected. */
export function badValue(what: string, got: string, expected: string): RunError {
  return new RunError('BAD_VALUE', { what, got, expected })
}
