import { lastValue } from '../../argv/flag-values.ts'
import type { ParsedArgv } from '../../argv/parsed-argv.ts'
import { usageError } from '../../argv/usage.ts'
import type { Settings } from '../../settings/settings.ts'
import type { RunRequest } from '../run-request.ts'

const POLICIES: ReadonlyMap<string, RunRequest['pullPolicy']> = new Map([
  ['missing', 'IfNotPresent'],
  ['always', 'Always'],
  ['never', 'Never'],
  // kpt v1.0.0-beta.10 to beta.15 say this for "always"; docker did not check the value then.
  ['pull', 'Always'],
])

/** The caller's word, else the setting. */
export function resolvePull(argv: ParsedArgv, { images }: Settings): RunRequest['pullPolicy'] {
  const wish = lastValue(argv, 'pull') ?? ''
  if (wish === '') return images.pullPolicy
  const policy = POLICIES.get(wish)
  if (policy) return policy
  throw usageError(`invalid pull option: '${wish}': must be one of "always", "missing" or "never"`)
}
