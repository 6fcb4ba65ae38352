import { dirname, resolve } from 'node:path'
import type { Environment } from '../../settings/user-dirs.ts'
import type { Named } from './choose-context.ts'
import { bearer, type Identity } from './identity.ts'
import { jwtExpiryMs } from './jwt.ts'
import { kubeconfigError } from './kubeconfig-error.ts'
import { refreshIdToken } from './oidc-refresh.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { readPem } from './pem.ts'
import type { AuthProvider, User } from './schema.ts'
import { writeBackTokens } from './write-back-tokens.ts'

interface OidcOptions {
  readonly env: Environment
  readonly now: () => number
}

type OidcConfig = AuthProvider['config']

const MARGIN_MS = 10_000

/** kubectl's `auth-provider: oidc`: an ID token, renewed with the refresh token when it is about to expire. */
export async function oidcIdentity(user: Named<User>, { env, now }: OidcOptions): Promise<Identity> {
  const config = user['auth-provider']?.config ?? {}
  const path = config['idp-certificate-authority']
  const ca = readPem({
    what: `idp-certificate-authority of user "${user.name}"`,
    data: config['idp-certificate-authority-data'] ?? '',
    path: path ? resolve(dirname(user.file), path) : '',
  })
  let tokens = config
  const renew = oneAtATime(async () => {
    tokens = { ...tokens, ...(await renewed(tokens, { user, env, ca })) }
    // An identity provider may accept a refresh token only once: kubectl needs the new one, too.
    await writeBackTokens(user, tokens)
  })
  const current = async (): Promise<string> => {
    if (!isGood(tokens['id-token'], now())) await renew()
    return tokens['id-token'] ?? ''
  }
  await current()
  return {
    headers: async () => bearer(await current()),
    ...(config['refresh-token'] && { refresh: renew }),
  }
}

function isGood(idToken: string | undefined, nowMs: number): boolean {
  return idToken !== undefined && (jwtExpiryMs(idToken) ?? 0) > nowMs + MARGIN_MS
}

interface Renewal {
  readonly user: Named<User>
  readonly env: Environment
  readonly ca: string | undefined
}

async function renewed(config: OidcConfig, { user, env, ca }: Renewal): Promise<OidcConfig> {
  const { 'refresh-token': refreshToken, 'idp-issuer-url': issuer, 'client-id': clientId } = config
  const token = `the OIDC token of user "${user.name}"`
  if (!refreshToken) throw kubeconfigError(`${token} has expired, and there is no refresh-token to renew it`)
  if (!issuer || !clientId) {
    throw kubeconfigError(`${token} cannot be renewed without idp-issuer-url and client-id`)
  }
  try {
    const fresh = await refreshIdToken({
      issuer,
      clientId,
      clientSecret: config['client-secret'] ?? '',
      refreshToken,
      route: { env, ca },
    })
    return { 'id-token': fresh.idToken, 'refresh-token': fresh.refreshToken ?? refreshToken }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw kubeconfigError(`${token} cannot be renewed at ${issuer}: ${problem}`, { cause: error })
  }
}
