import { allValues, lastValue } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { badValue } from './bad-value.ts'
import type { RunRequest } from './run-request.ts'

// docker's default is its bridge, which reaches everything; `host` only ever means "network allowed".
const OPEN: readonly string[] = ['default', 'bridge', 'host']

/** What is not known to be open stays closed. */
export function resolveNetwork(argv: ParsedArgv): RunRequest['network'] {
  const wishes = new Set(allValues(argv, 'network'))
  if (wishes.size > 1) throw badValue('network', [...wishes].join(', '), 'one network')
  return OPEN.includes(lastValue(argv, 'network') ?? 'default') ? 'open' : 'none'
}
