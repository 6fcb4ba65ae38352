import { RunError } from '../errors/run-error.ts'

/** A command line that docker would refuse, in docker's own words. */
export function usageError(problem: string): RunError {
  return new RunError('USAGE', { problem })
}

/** pflag's words for a value that a flag does not take; `label` is the flag as `-e, --env`. */
export function invalidArgument(label: string, value: string, cause: string): RunError {
  return usageError(`invalid argument ${JSON.stringify(value)} for "${label}" flag: ${cause}`)
}
