import type { Agent } from 'node:http'
import type { Environment } from '../../settings/user-dirs.ts'
import { systemRoots } from '../system-roots.ts'
import { proxyAgent } from './proxy-agent.ts'
import { proxyFromEnvironment } from './proxy-from-environment.ts'

interface Route {
  readonly server: URL
  readonly env: Environment
  /** A cluster's `proxy-url`: wins over the environment, and NO_PROXY does not apply to it. */
  readonly proxyUrl?: URL
}

/** The agent that reaches a server by way of its proxy; undefined when there is no proxy on the way. */
export function proxyFor({ server, env, proxyUrl }: Route): Agent | undefined {
  const proxy = proxyUrl ?? proxyFromEnvironment(server, env)
  if (!proxy) return undefined
  const ca = proxy.protocol === 'https:' ? systemRoots(env) : undefined
  return proxyAgent({ proxy, server, ...(ca !== undefined && { ca }) })
}
