import { RunError } from '../../src/errors/run-error.ts'

/** The RunError that a call ends with; anything else is a fault. */
export function refusalOf(call: () => unknown): RunError {
  try {
    call()
  } catch (error) {
    if (error instanceof RunError) return error as RunError
    throw error
  }
  throw new Error('it was not refused')
}

/** Whether a call ends with a value or a RunError: any other exception passes through and fails the test. */
export function isSafe(call: () => unknown): boolean {
  try {
    call()
  } catch (error) {
    if (!(error instanceof RunError)) throw error
  }
  return true
}
