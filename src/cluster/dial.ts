import * as net from 'node:net'

export interface Address {
  readonly host: string
  readonly port: number
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/** Where a server is spoken to. */
export function addressOf({ protocol, hostname, port }: URL): Address {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || PORTS[protocol]) }
}

/**
 * TCP alone: what speaks TLS can be loaded meanwhile. Undefined: the server has a name, which may stand for several
 * addresses. Then Node's TLS has to dial, to try them all.
 */
export function dial({ host, port }: Address): net.Socket | undefined {
  if (!net.isIP(host)) return undefined
  const tcp = net.connect({ host, port, noDelay: true })
  // Told to whoever has the TLS over it.
  tcp.on('error', () => undefined)
  return tcp
}
