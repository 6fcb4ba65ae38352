import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type Socket } from 'node:net'
import type { Tunnel } from './tunnel.ts'

const TIMEOUT_MS = 30_000

/** Asks an HTTP proxy for a tunnel: CONNECT (RFC 9110, 9.3.6). */
export function connectTunnel({ proxy, ca, host, port }: Tunnel): Promise<Socket> {
  const destination = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const request = (proxy.protocol === 'https:' ? https : http).request(proxy, {
    method: 'CONNECT',
    path: destination,
    agent: false,
    ...(ca !== undefined && { ca }),
    rejectUnauthorized: true,
    timeout: TIMEOUT_MS,
    // Otherwise Node would take the credentials out of the URL and send them as `authorization`.
    auth: null,
    // Otherwise Node would take the name to check the proxy's certificate by from the host header.
    servername: isIP(proxy.hostname) ? '' : proxy.hostname,
    headers: { host: destination, ...proxyAuthorization(proxy) },
  })
  return new Promise((resolve, reject) => {
    request.once('connect', (response, socket: Socket, head) => {
      if (response.statusCode === 200) {
        socket.setTimeout(0)
        if (head.length > 0) socket.unshift(head)
        resolve(socket)
        return
      }
      socket.destroy()
      reject(
        new Error(
          `CONNECT ${destination} was answered with ${response.statusCode} ${response.statusMessage}`,
        ),
      )
    })
    request.once('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
    request.once('error', reject)
    request.end()
  })
}

function proxyAuthorization({ username, password }: URL): { 'proxy-authorization'?: string } {
  if (!username && !password) return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}
