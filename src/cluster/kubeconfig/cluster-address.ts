import type { Environment } from '../../settings/user-dirs.ts'
import type { TlsOptions } from '../credentials.ts'
import { parseProxy } from '../proxy/proxy-from-environment.ts'
import { systemRoots } from '../system-roots.ts'
import type { Named } from './choose-context.ts'
import { kubeconfigError } from './kubeconfig-error.ts'
import { readPem } from './pem.ts'
import type { Cluster } from './schema.ts'

/** Where a cluster is and how to know that it is the right one. */
export interface ClusterAddress {
  readonly server: URL
  readonly tls: TlsOptions
  readonly proxyUrl?: URL
  /** The cluster's own authority, if it has one. */
  readonly ca?: string
}

export async function clusterAddress(cluster: Named<Cluster>, env: Environment): Promise<ClusterAddress> {
  const server = serverOf(cluster)
  const proxyUrl = proxyOf(cluster)
  const ca = readPem({
    what: `certificate-authority of cluster "${cluster.name}"`,
    data: cluster['certificate-authority-data'],
    path: cluster['certificate-authority'],
  })
  return {
    server,
    tls: server.protocol === 'http:' ? {} : await tlsOf(cluster, { ca, env }),
    ...(proxyUrl && { proxyUrl }),
    ...(ca !== undefined && { ca }),
  }
}

// Always said: NODE_TLS_REJECT_UNAUTHORIZED=0 must not switch the check off.
async function tlsOf(
  cluster: Cluster,
  { ca, env }: { ca: string | undefined; env: Environment },
): Promise<TlsOptions> {
  const rejectUnauthorized = !cluster['insecure-skip-tls-verify']
  const trusted = rejectUnauthorized ? (ca ?? (await systemRoots(env))) : undefined
  return {
    rejectUnauthorized,
    ...(trusted !== undefined && { ca: trusted }),
    ...(cluster['tls-server-name'] !== '' && { servername: cluster['tls-server-name'] }),
  }
}

/** kubectl takes an address without a scheme for plain HTTP. */
function serverOf({ name, server, file }: Named<Cluster>): URL {
  if (server === '') throw kubeconfigError(`cluster "${name}" in ${file} has no server`)
  const address = server.includes('://') ? server : `http://${server}`
  if (/^https?:/.test(address) && URL.canParse(address)) return new URL(address)
  throw kubeconfigError(`the server ${JSON.stringify(server)} of cluster "${name}" is no http or https URL`)
}

function proxyOf({ name, 'proxy-url': text }: Named<Cluster>): URL | undefined {
  if (text === '') return undefined
  const proxy = parseProxy(text)
  if (proxy && /^(https?|socks5h?):$/.test(proxy.protocol)) return proxy
  throw kubeconfigError(`the proxy-url of cluster "${name}" is no http, https or socks5 URL`)
}
