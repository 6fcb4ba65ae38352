import { readFile, stat } from 'node:fs/promises'
import { RunError } from '../errors/run-error.ts'
import type { Environment } from '../settings/user-dirs.ts'
import type { Credentials } from './credentials.ts'
import { proxyFor } from './proxy/proxy-for.ts'
import { systemRoots } from './system-roots.ts'
import { tokenFile } from './token-file.ts'

export interface ServiceAccountPlace {
  readonly env: Environment
  /** Where the kubelet mounts the service account. */
  readonly serviceAccountDir: string
}

/** The service account of the Pod that krmpod itself runs in; undefined outside of a Pod, or when it has none. */
export async function inClusterCredentials({
  env,
  serviceAccountDir,
}: ServiceAccountPlace): Promise<Credentials | undefined> {
  const server = await ownCluster({ env, serviceAccountDir })
  if (!server) return undefined
  const [ca = await systemRoots(env), namespace] = await Promise.all([
    readIfThere(`${serviceAccountDir}/ca.crt`),
    podNamespace({ env, serviceAccountDir }),
  ])
  const token = tokenFile(`${serviceAccountDir}/token`)
  await token().catch((error: unknown) => {
    const problem = `its token cannot be read: ${error instanceof Error ? error.message : String(error)}`
    throw new RunError('SERVICE_ACCOUNT', { problem }, { cause: error })
  })
  const proxyAgent = await proxyFor({ server, env })
  return {
    server,
    ...(namespace && { namespace }),
    source: 'service account of this Pod',
    tls: { ...(ca && { ca }), rejectUnauthorized: true },
    ...(proxyAgent && { proxyAgent }),
    headers: async () => ({ authorization: `Bearer ${await token()}` }),
  }
}

/** Where the cluster is whose Pod we are; undefined outside of one, or without a service account. */
export async function ownCluster({ env, serviceAccountDir }: ServiceAccountPlace): Promise<URL | undefined> {
  const host = env['KUBERNETES_SERVICE_HOST']
  const port = env['KUBERNETES_SERVICE_PORT']
  if (!host || !port || !(await isFile(`${serviceAccountDir}/token`))) return undefined
  return new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`)
}

/** As kubectl finds it: POD_NAMESPACE (set by the downward API) first. */
export async function podNamespace({
  env,
  serviceAccountDir,
}: ServiceAccountPlace): Promise<string | undefined> {
  return env['POD_NAMESPACE'] || (await readIfThere(`${serviceAccountDir}/namespace`))?.trim() || undefined
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => !entry.isDirectory(),
    () => false,
  )
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
