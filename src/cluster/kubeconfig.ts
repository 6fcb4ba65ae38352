import { join } from 'node:path'
import type { Settings } from '../settings/settings.ts'
import { type Environment, userCacheDir } from '../settings/user-dirs.ts'
import type { Credentials, TlsOptions } from './credentials.ts'
import { type Choice, chooseContext, places } from './kubeconfig/choose-context.ts'
import { type ClusterAddress, clusterAddress } from './kubeconfig/cluster-address.ts'
import { clusterInfo } from './kubeconfig/cluster-info.ts'
import { identify } from './kubeconfig/identify.ts'
import { ANONYMOUS, type Identity } from './kubeconfig/identity.ts'
import { impersonationHeaders } from './kubeconfig/impersonation.ts'
import { isEmpty, readKubeconfigs } from './kubeconfig/read-kubeconfig.ts'
import { proxyFor } from './proxy/proxy-for.ts'

export interface KubeconfigOptions {
  readonly settings: Pick<Settings, 'context' | 'credentials'>
  readonly env: Environment
  readonly home: string | undefined
  readonly now: () => number
  readonly pluginTimeoutMs: number
  /** For a context that names none. */
  readonly namespace: string | undefined
}

export type KubeconfigResult =
  | { readonly kind: 'credentials'; readonly credentials: Credentials }
  /** `places`: the files that would have had to choose a context. */
  | { readonly kind: 'noContext'; readonly places: string }
  | { readonly kind: 'empty' }

/** Credentials of the chosen context, from files that are merged as kubectl merges them. */
export async function fromKubeconfigs(
  paths: readonly string[],
  options: KubeconfigOptions,
): Promise<KubeconfigResult> {
  const config = await readKubeconfigs(paths)
  const name = options.settings.context ?? config.currentContext
  if (name !== '') {
    return { kind: 'credentials', credentials: await credentialsOf(chooseContext(config, name), options) }
  }
  return isEmpty(config) ? { kind: 'empty' } : { kind: 'noContext', places: places(config) }
}

async function credentialsOf(choice: Choice, options: KubeconfigOptions): Promise<Credentials> {
  const { context, user } = choice
  const namespace = context.namespace || options.namespace
  const address = await clusterAddress(choice.cluster, options.env)
  const identity = await identityOf(choice, { address, options })
  const asSomebodyElse = user ? impersonationHeaders(user) : {}
  const proxyAgent = await proxyFor({ ...address, env: options.env })
  return {
    server: address.server,
    ...(namespace && { namespace }),
    source: `kubeconfig ${context.file}, context ${context.name}`,
    get tls(): TlsOptions {
      return { ...address.tls, ...identity.certificate?.() }
    },
    ...(proxyAgent && { proxyAgent }),
    headers: async () => ({ ...(await identity.headers()), ...asSomebodyElse }),
    ...(identity.refresh && { refresh: identity.refresh }),
  }
}

interface Situation {
  readonly address: ClusterAddress
  readonly options: KubeconfigOptions
}

async function identityOf({ cluster, user }: Choice, { address, options }: Situation): Promise<Identity> {
  // kubectl sends no credentials in the clear.
  if (!user || address.server.protocol === 'http:') return ANONYMOUS
  const { settings, now, env, pluginTimeoutMs } = options
  const cacheDir = settings.credentials.cache === 'on' ? userCacheDir(options) : undefined
  return identify(user, {
    env,
    now,
    pluginTimeoutMs,
    cacheDir: cacheDir && join(cacheDir, 'credentials'),
    cluster: clusterInfo(cluster, address),
  })
}
