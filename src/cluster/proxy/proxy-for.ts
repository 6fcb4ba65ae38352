import type { Agent } from 'node:http'
import type { Environment } from '../../settings/user-dirs.ts'
import { systemRoots } from '../system-roots.ts'
import { proxyFromEnvironment } from './proxy-from-environment.ts'

interface Route {
  readonly server: URL
  readonly env: Environment
  /** A cluster's `proxy-url`: wins over the environment, and NO_PROXY does not apply to it. */
  readonly proxyUrl?: URL
}

/** The agent that reaches a server by way of its proxy, loaded only then; undefined when there is no proxy on the way. */
export async function proxyFor({ server, env, proxyUrl }: Route): Promise<Agent | undefined> {
  const proxy = proxyUrl ?? proxyFromEnvironment(server, env)
  if (!proxy) return undefined
  const ca = proxy.protocol === 'https:' ? await systemRoots(env) : undefined
  const { proxyAgent } = await import('./proxy-agent.ts')
  return proxyAgent({ proxy, server, ...(ca !== undefined && { ca }) })
}
