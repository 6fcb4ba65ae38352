import type { Socket } from 'node:net'

export interface Tunnel {
  readonly proxy: URL
  /** Authorities that an https: proxy is checked by; absent: Node's own. */
  readonly ca?: string
  readonly host: string
  readonly port: number
}

/** Opens a connection to `host:port` that runs through the proxy. */
export type OpenTunnel = (tunnel: Tunnel) => Promise<Socket>
