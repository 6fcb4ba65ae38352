import { RunError } from '../errors/run-error.ts'

interface WrongSetting {
  /** A file's path, a variable's name, or `the command line`. */
  readonly source: string
  readonly key: string
  readonly expected: string
  readonly got: unknown
}

export function settingError({ got, ...where }: WrongSetting): RunError<'SETTINGS'> {
  return new RunError('SETTINGS', { ...where, got: describe(got) })
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
