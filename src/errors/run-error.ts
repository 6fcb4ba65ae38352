import { type CatalogueEntry, ERRORS, type ErrorCode, type ErrorDetails } from './catalogue.ts'

interface RunErrorOptions {
  readonly cause?: unknown
  /** Exit status instead of the catalogue's, for signals: 128 + n. */
  readonly exit?: number
  /** More lines for people, such as the Pod's events. */
  readonly notes?: readonly string[]
}

/** The code as people see it, and search for it. */
export function errorName(code: ErrorCode): string {
  return `KRMPOD_${code}`
}

/** A failure of krmpod itself: never of the function it runs. */
export class RunError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'RunError'
  readonly code: C
  readonly details: ErrorDetails<C>
  readonly exit: number
  readonly notes: readonly string[]

  constructor(code: C, details: ErrorDetails<C>, options: RunErrorOptions = {}) {
    const entry: CatalogueEntry = ERRORS[code]
    super(entry.text(details as never), { cause: options.cause })
    this.code = code
    this.details = details
    this.exit = options.exit ?? entry.exit
    this.notes = options.notes ?? []
  }

  get hint(): string | undefined {
    const entry: CatalogueEntry = ERRORS[this.code]
    return entry.hint
  }

  /** The same error with more lines for people. */
  withNotes(notes: readonly string[]): RunError<C> {
    return new RunError(this.code, this.details, {
      cause: this.cause,
      exit: this.exit,
      notes: [...this.notes, ...notes],
    })
  }
}

/** The first reason wins; anything that is not a RunError is a fault of ours. */
export function asRunError(error: unknown): RunError {
  if (isRunError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new RunError('INTERNAL', { message }, { cause: error })
}

export function isRunError(error: unknown): error is RunError {
  return error instanceof RunError
}

/** Narrows to the details of one code. */
export function isCode<C extends ErrorCode>(error: RunError, code: C): error is RunError<C> {
  return error.code === code
}
