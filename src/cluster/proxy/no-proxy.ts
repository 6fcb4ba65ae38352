import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'

interface Destination {
  /** Without brackets. */
  readonly host: string
  readonly port: string
  readonly noProxy: string
}

/** Whether a host is reached without the proxy: this machine always, else what NO_PROXY names. */
export function goesDirect({ host, port, noProxy }: Destination): boolean {
  if (host === 'localhost' || isLoopback(host)) return true
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matches(entry, { host, port }))
}

function matches(entry: string, { host, port }: { host: string; port: string }): boolean {
  if (entry === '*') return true
  if (entry.includes('/')) return isInSubnet(host, entry)
  const { name, port: wanted } = split(entry)
  if (name === '' || (wanted !== undefined && wanted !== port)) return false
  if (isIP(name)) return isIP(host) !== 0 && isInSubnet(host, `${name}/${isIP(name) === 4 ? 32 : 128}`)
  return isDomainOf(host, name)
}

/** `example.com` is itself and all below it; `.example.com` and `*.example.com` only what is below. */
function isDomainOf(host: string, entry: string): boolean {
  const domain = entry.replace(/^\*\./, '.')
  const below = domain.startsWith('.') ? domain.slice(1) : domain
  const ascii = domainToASCII(below) || below
  return host.endsWith(`.${ascii}`) || (domain === below && host === ascii)
}

/** `host`, `host:port`, `::1`, `[::1]` or `[::1]:port`. */
function split(entry: string): { name: string; port?: string } {
  const [, name, port] = /^(?:\[(?=.*\]))?([^[\]]*?)\]?(?::(\d+))?$/.exec(entry) ?? []
  if (isIP(entry) || name === undefined) return { name: entry }
  return { name, ...(port !== undefined && { port }) }
}

function isInSubnet(host: string, cidr: string): boolean {
  const [network = '', length = ''] = cidr.split('/')
  const version = isIP(network)
  if (version === 0 || version !== isIP(host) || !/^\d{1,3}$/.test(length)) return false
  if (Number(length) > (version === 4 ? 32 : 128)) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const subnet = new BlockList()
  subnet.addSubnet(network, Number(length), family)
  return subnet.check(host, family)
}

function isLoopback(host: string): boolean {
  return isInSubnet(host, '127.0.0.0/8') || host === '::1'
}
