import { lastValue } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { badValue } from './bad-value.ts'
import type { RunRequest } from './run-request.ts'

// docker's RestrictedNamePattern
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export function resolveNames(argv: ParsedArgv): Pick<RunRequest, 'name' | 'hostname'> {
  const name = lastValue(argv, 'name')
  const hostname = lastValue(argv, 'hostname')
  if (name && !NAME.test(name)) throw badValue('container name', name, NAME.source)
  if (hostname && !LABEL.test(hostname)) {
    throw badValue('hostname', hostname, "an RFC 1123 label: up to 63 lower case letters, digits and '-'")
  }
  return { ...(name && { name }), ...(hostname && { hostname }) }
}
