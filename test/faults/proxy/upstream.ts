import * as http from 'node:http'
import * as https from 'node:https'
import type { Credentials } from '../../../src/cluster/credentials.ts'

/** The real API server, or the fake one. */
export interface Upstream {
  readonly credentials: Credentials
  /** False: a connection of its own. */
  readonly agent: http.Agent | false
}

/** Keeps connections to a real server: a test cluster has better things to do than TLS. */
export function upstreamOf(credentials: Credentials): Upstream {
  const { server, tls, proxyAgent } = credentials
  const options = { keepAlive: server.protocol === 'https:', ...tls }
  const agent = server.protocol === 'https:' ? new https.Agent(options) : new http.Agent()
  return { credentials, agent: proxyAgent ?? agent }
}

/** Of one connection, or put by the proxy itself. */
const OWN_HEADERS = new Set(['host', 'connection', 'keep-alive', 'transfer-encoding', 'authorization'])

/** The client's request once more, with the credentials that the API server knows. Not yet ended. */
export async function requestUpstream(
  { method, url, headers }: http.IncomingMessage,
  { credentials, agent }: Upstream,
  more: http.OutgoingHttpHeaders = {},
): Promise<http.ClientRequest> {
  const { server, tls } = credentials
  const request = server.protocol === 'https:' ? https.request : http.request
  const kept = Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name))
  return request(new URL(url ?? '/', server), {
    method,
    agent,
    ...tls,
    headers: { ...Object.fromEntries(kept), ...(await credentials.headers()), ...more },
  })
}

export function headersFor({ headers }: http.IncomingMessage): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name)))
}
