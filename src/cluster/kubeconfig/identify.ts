import type { Environment } from '../../settings/user-dirs.ts'
import { tokenFile } from '../token-file.ts'
import type { Named } from './choose-context.ts'
import { ANONYMOUS, bearer, type Identity } from './identity.ts'
import { kubeconfigError, reason } from './kubeconfig-error.ts'
import { readPem } from './pem.ts'
import type { User } from './schema.ts'

export interface IdentifyOptions {
  readonly env: Environment
  readonly now: () => number
  readonly pluginTimeoutMs: number
  /** Undefined: credentials of plugins are not kept on disk. */
  readonly cacheDir: string | undefined
  /** What a plugin may be told about the cluster. */
  readonly cluster: Readonly<Record<string, unknown>>
}

/** kubectl's order: token, password, client certificate; only without those a plugin or an auth-provider. */
export async function identify(user: Named<User>, options: IdentifyOptions): Promise<Identity> {
  checkCombination(user)
  const certificate = clientCertificate(user)
  const identity = await byHeader(user, { ...options, hasCertificate: certificate !== undefined })
  return certificate ? { ...identity, certificate: () => certificate } : identity
}

type HeaderOptions = IdentifyOptions & { readonly hasCertificate: boolean }

async function byHeader(user: Named<User>, options: HeaderOptions): Promise<Identity> {
  if (user.tokenFile !== '') return byTokenFile(user)
  if (user.token !== '') return { headers: () => Promise.resolve(bearer(user.token)) }
  if (hasPassword(user)) return byPassword(user)
  if (options.hasCertificate) return ANONYMOUS
  if (user.exec) return byPlugin(user.exec, { user, ...options })
  if (user['auth-provider']) return byAuthProvider(user, options)
  return ANONYMOUS
}

function byTokenFile(user: Named<User>): Identity {
  const token = tokenFile(user.tokenFile, user.token || undefined)
  try {
    token()
  } catch (error) {
    const file = `${user.tokenFile}, the tokenFile of user "${user.name}",`
    throw kubeconfigError(`${file} cannot be read: ${reason(error)}`, { cause: error })
  }
  return { headers: () => Promise.resolve(bearer(token())) }
}

function byPassword({ username, password }: User): Identity {
  const pair = Buffer.from(`${username}:${password}`).toString('base64')
  return { headers: () => Promise.resolve({ authorization: `Basic ${pair}` }) }
}

async function byPlugin(
  exec: NonNullable<User['exec']>,
  { user, cluster, env, pluginTimeoutMs, cacheDir, now }: HeaderOptions & { readonly user: Named<User> },
): Promise<Identity> {
  const { execIdentity } = await import('./exec-identity.ts')
  const call = { user: user.name, exec, cluster, env, timeoutMs: pluginTimeoutMs }
  return execIdentity(call, { cacheDir, now })
}

const REPLACEMENTS: Readonly<Record<string, string>> = {
  gcp: 'kubectl dropped it in 1.26; use the plugin gke-gcloud-auth-plugin',
  azure: 'kubectl dropped it in 1.26; use the plugin kubelogin',
}

async function byAuthProvider(user: Named<User>, { env, now }: IdentifyOptions): Promise<Identity> {
  const name = user['auth-provider']?.name ?? ''
  if (name !== 'oidc') {
    const why = REPLACEMENTS[name] ?? 'only oidc is known'
    throw kubeconfigError(`the auth-provider "${name}" of user "${user.name}" cannot be used: ${why}`)
  }
  const { oidcIdentity } = await import('./oidc-identity.ts')
  return oidcIdentity(user, { env, now })
}

function clientCertificate(user: Named<User>): { cert: string; key: string } | undefined {
  const read = (name: 'client-certificate' | 'client-key'): string | undefined =>
    readPem({ what: `${name} of user "${user.name}"`, data: user[`${name}-data`], path: user[name] })
  // In turn: where both are amiss, it is always the certificate that is named.
  const cert = read('client-certificate')
  const key = read('client-key')
  if (cert === undefined) return undefined
  if (key === undefined) {
    throw kubeconfigError(`user "${user.name}" has a client-certificate, but no client-key`)
  }
  return { cert, key }
}

function checkCombination(user: Named<User>): void {
  const both = (one: string, other: string): Error =>
    kubeconfigError(`user "${user.name}" has both ${one} and ${other}; only one can be used`)
  if (user.token !== '' && hasPassword(user)) throw both('a token', 'a password')
  if (user.exec && user['auth-provider']) throw both('exec', 'auth-provider')
}

function hasPassword({ username, password }: User): boolean {
  return username !== '' || password !== ''
}
