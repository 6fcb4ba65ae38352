import { statSync } from 'node:fs'
import { RunError } from '../errors/run-error.ts'
import type { Environment } from '../settings/user-dirs.ts'
import type { Credentials } from './credentials.ts'
import { proxyFor } from './proxy/proxy-for.ts'
import { readIfThere } from './read-if-there.ts'
import { systemRoots } from './system-roots.ts'
import { tokenFile } from './token-file.ts'

export interface ServiceAccountPlace {
  readonly env: Environment
  /** Where the kubelet mounts the service account. */
  readonly serviceAccountDir: string
}

/**
 * The service account of the Pod that krmpod itself runs in; undefined outside of a Pod, or when it has none. Read at
 * once: the threads behind Node's promises of files take longer to come up than these few files to read.
 */
export async function inClusterCredentials({
  env,
  serviceAccountDir,
}: ServiceAccountPlace): Promise<Credentials | undefined> {
  const server = ownCluster({ env, serviceAccountDir })
  if (!server) return undefined
  const ca = readIfThere(`${serviceAccountDir}/ca.crt`, 'utf8') ?? (await systemRoots(env))
  const namespace = podNamespace({ env, serviceAccountDir })
  const token = readableToken(`${serviceAccountDir}/token`)
  const proxyAgent = await proxyFor({ server, env })
  return {
    server,
    ...(namespace && { namespace }),
    source: 'service account of this Pod',
    tls: { ...(ca && { ca }), rejectUnauthorized: true },
    ...(proxyAgent && { proxyAgent }),
    headers: () => Promise.resolve({ authorization: `Bearer ${token()}` }),
  }
}

function readableToken(path: string): () => string {
  const token = tokenFile(path)
  try {
    token()
    return token
  } catch (error) {
    const problem = `its token cannot be read: ${error instanceof Error ? error.message : String(error)}`
    throw new RunError('SERVICE_ACCOUNT', { problem }, { cause: error })
  }
}

/** Where the cluster is whose Pod we are; undefined outside of one, or without a service account. */
export function ownCluster({ env, serviceAccountDir }: ServiceAccountPlace): URL | undefined {
  const host = env['KUBERNETES_SERVICE_HOST']
  const port = env['KUBERNETES_SERVICE_PORT']
  if (!host || !port || !isFile(`${serviceAccountDir}/token`)) return undefined
  return new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`)
}

/** As kubectl finds it: POD_NAMESPACE (set by the downward API) first. */
export function podNamespace({ env, serviceAccountDir }: ServiceAccountPlace): string | undefined {
  return env['POD_NAMESPACE'] || readIfThere(`${serviceAccountDir}/namespace`, 'utf8')?.trim() || undefined
}

function isFile(path: string): boolean {
  try {
    return !statSync(path).isDirectory()
  } catch {
    return false
  }
}
