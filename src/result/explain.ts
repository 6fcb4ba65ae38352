import { errorName, type RunError } from '../errors/run-error.ts'
import type { RunResult } from './run-result.ts'

// ESC, CSI and the like in a message from outside must not drive the caller's terminal; nor may the marks that turn the
// direction of writing, or begin a line.
// biome-ignore lint: control characters are what this is about
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** One line without control characters. */
export function plain(text: string): string {
  // A pattern for blanks around a line's end would look at each of many blanks for the end of all of them.
  const lines = text.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .join(' ')
    .replaceAll(CONTROL, '')
    .trim()
}

/**
 * `docker: <reason>.` first, as callers and people know it, then the hint, the notes (the Pod's events), and the code
 * to look up.
 */
export function explainError(error: RunError): string {
  const reason = plain(error.message).replace(/\.$/, '')
  return [
    `docker: ${reason}.`,
    ...(error.hint ? [error.hint] : []),
    ...error.notes.map((note) => `  ${plain(note)}`),
    `(${errorName(error.code)}; docs/errors.md)`,
    '',
  ].join('\n')
}

/** What a function's end means when its exit code alone does not say it; undefined when there is nothing to add. */
export function explainResult(
  { reason, exitCode }: RunResult,
  memoryLimit: string | undefined,
): string | undefined {
  if (reason !== 'OOMKilled') return undefined
  const limit = memoryLimit === undefined ? '' : ` of ${memoryLimit}`
  return `docker: the function was killed for using more than its memory limit${limit} (exit ${exitCode}); raise it with --memory or resources.limits.memory.\n`
}
