import type { ClusterAddress } from './cluster-address.ts'
import type { Cluster } from './schema.ts'

const PLUGIN_CONFIG = 'client.authentication.k8s.io/exec'

/** A cluster as plugins are told of it: ExecCredential's `spec.cluster`. */
export function clusterInfo(cluster: Cluster, { ca }: ClusterAddress): Readonly<Record<string, unknown>> {
  const config = cluster.extensions.find(({ name }) => name === PLUGIN_CONFIG)?.extension
  return {
    server: cluster.server,
    ...copied(cluster, 'tls-server-name'),
    ...copied(cluster, 'insecure-skip-tls-verify'),
    ...(ca !== undefined && { 'certificate-authority-data': Buffer.from(ca, 'latin1').toString('base64') }),
    ...copied(cluster, 'proxy-url'),
    ...copied(cluster, 'disable-compression'),
    ...(config !== undefined && { config }),
  }
}

function copied(cluster: Cluster, key: keyof Cluster): Record<string, unknown> {
  return cluster[key] ? { [key]: cluster[key] } : {}
}
