import { lastValue } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { usageError } from '../argv/usage.ts'
import type { RunRequest } from './run-request.ts'

const POLICIES: ReadonlyMap<string, RunRequest['pullPolicy']> = new Map([
  ['', 'IfNotPresent'],
  ['missing', 'IfNotPresent'],
  ['always', 'Always'],
  ['never', 'Never'],
  // kpt v1.0.0-beta.10 to beta.15 say this for "always"; docker did not check the value then.
  ['pull', 'Always'],
])

export function resolvePull(argv: ParsedArgv): RunRequest['pullPolicy'] {
  const wish = lastValue(argv, 'pull') ?? ''
  const policy = POLICIES.get(wish)
  if (policy) return policy
  throw usageError(`invalid pull option: '${wish}': must be one of "always", "missing" or "never"`)
}
