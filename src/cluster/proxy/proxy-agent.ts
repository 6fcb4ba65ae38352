import * as http from 'node:http'
import * as https from 'node:https'
import type { Duplex } from 'node:stream'
import { RunError } from '../../errors/run-error.ts'
import { connectTunnel } from './connect-tunnel.ts'
import { socks5Tunnel } from './socks5-tunnel.ts'
import type { OpenTunnel, Tunnel } from './tunnel.ts'

const TUNNELS: Readonly<Record<string, OpenTunnel>> = {
  'http:': connectTunnel,
  'https:': connectTunnel,
  'socks5:': socks5Tunnel,
  'socks5h:': socks5Tunnel,
}

type Way = Pick<Tunnel, 'proxy' | 'ca'> & { readonly server: URL }

/**
 * An agent whose every connection is a tunnel, for http: servers too: a WebSocket passes no other way. TLS runs
 * inside of the tunnel, with the options that the request itself has.
 */
export function proxyAgent({ server, ...way }: Way): http.Agent {
  const { proxy } = way
  const open = TUNNELS[proxy.protocol]
  if (!open) {
    const problem = `its proxy ${withoutPassword(proxy)} is neither http, https nor socks5`
    throw new RunError('API_UNREACHABLE', { server: server.origin, problem })
  }
  const secure = server.protocol === 'https:'
  const agent = secure ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true })
  const connect = agent.createConnection.bind(agent) as (options: object) => Duplex
  // With a callback and no return value, Node waits for the callback.
  agent.createConnection = ({ ...options }, done) => {
    const { host, port } = options
    open({ ...way, host: host ?? '', port: Number(port) }).then(
      (socket) => done?.(null, secure ? connect({ ...options, socket }) : socket),
      (error: unknown) => done?.(withProxy(error, proxy), undefined as never),
    )
    return undefined
  }
  return agent
}

function withProxy(error: unknown, proxy: URL): Error {
  const problem = error instanceof Error ? error.message : String(error)
  return Object.assign(new Error(`proxy ${withoutPassword(proxy)}: ${problem}`, { cause: error }), {
    code: (error as NodeJS.ErrnoException).code,
  })
}

function withoutPassword(url: URL): string {
  return `${url.protocol}//${url.host}`
}
