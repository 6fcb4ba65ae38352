import { isIPv6 } from 'node:net'
import type { Environment } from '../../settings/user-dirs.ts'
import { goesDirect } from './no-proxy.ts'

/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY as Go reads them (golang.org/x/net/http/httpproxy), so as kubectl does. */
export function proxyFromEnvironment(server: URL, env: Environment): URL | undefined {
  const secure = server.protocol === 'https:'
  // In a CGI program, HTTP_PROXY would be a header of the caller.
  if (!secure && env['REQUEST_METHOD']) return undefined
  const proxy = secure ? either(env, 'HTTPS_PROXY') : either(env, 'HTTP_PROXY')
  if (!proxy) return undefined
  const host = server.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = server.port || (secure ? '443' : '80')
  const direct = goesDirect({ host, port, noProxy: either(env, 'NO_PROXY') ?? '' })
  return direct ? undefined : parseProxy(proxy)
}

/** An address without a scheme is an HTTP proxy; one that cannot be read is as good as none. */
export function parseProxy(text: string): URL | undefined {
  const address = text.includes('://') ? text : `http://${isIPv6(text) ? `[${text}]` : text}`
  return URL.canParse(address) ? new URL(address) : undefined
}

function either(env: Environment, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined
}
