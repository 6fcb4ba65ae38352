import { cut } from '../argv/cut.ts'
import { allValues } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { isDomain } from '../kube/qualified-name.ts'
import { badValue } from './bad-value.ts'
import { isIp } from './ip.ts'
import type { RunRequest } from './run-request.ts'

/** Lines of /etc/hosts, one per address, in the order of their first name. */
export function resolveHosts(argv: ParsedArgv): RunRequest['hosts'] {
  const byIp = new Map<string, string[]>()
  for (const text of allValues(argv, 'add-host')) {
    const { name, ip } = hostLine(text)
    byIp.set(ip, [...(byIp.get(ip) ?? []), name])
  }
  return [...byIp].map(([ip, names]) => ({ ip, names }))
}

/** `name:ip` or `name=ip`, the address also in brackets. Kubernetes wants lower case; DNS knows no case. */
function hostLine(text: string): { name: string; ip: string } {
  const [host, address = ''] = cut(text, text.includes('=') ? '=' : ':')
  const name = host.toLowerCase()
  const ip = address.replace(/^\[(.+)\]$/, '$1').trim()
  if (isDomain(name) && isIp(ip)) return { name, ip }
  throw badValue('--add-host', text, 'NAME:IP, where NAME is a DNS name')
}
