import { allValues } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { isDomain } from '../kube/qualified-name.ts'
import { badValue } from './bad-value.ts'
import { isIp } from './ip.ts'
import type { RunRequest } from './run-request.ts'

// Kubernetes takes no more, as the C library reads no more.
const MAX_SERVERS = 3

export function resolveDns(argv: ParsedArgv): RunRequest['dns'] {
  const servers = allValues(argv, 'dns').map(server)
  if (servers.length > MAX_SERVERS)
    throw badValue('--dns', servers.join(' '), `at most ${MAX_SERVERS} servers`)
  return {
    servers,
    searches: allValues(argv, 'dns-search').map(search),
    options: allValues(argv, 'dns-option'),
  }
}

function server(text: string): string {
  const ip = text.trim()
  if (isIp(ip)) return ip
  throw badValue('--dns', text, 'an IP address')
}

/** `.` stands for the empty domain, in docker as in resolv.conf. */
function search(text: string): string {
  const domain = text
    .trim()
    .toLowerCase()
    .replace(/(?<=.)\.$/, '')
  if (domain === '.' || isDomain(domain)) return domain
  throw badValue('--dns-search', text, 'a DNS name')
}
