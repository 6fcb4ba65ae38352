import * as v from 'valibot'
import { type Answer, type Call, fetchOnce, type Route } from '../fetch.ts'

interface Refresh {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
  readonly route: Route
}

interface FreshTokens {
  readonly idToken: string
  /** Absent: the old one stays good. */
  readonly refreshToken?: string
}

const discovery = v.object({ token_endpoint: v.string() })
const tokenAnswer = v.object({ id_token: v.string(), refresh_token: v.nullish(v.string(), '') })

/** OAuth 2.0's refresh grant (RFC 6749, 6), at the endpoint that OpenID discovery names. */
export async function refreshIdToken(refresh: Refresh): Promise<FreshTokens> {
  const { issuer, route } = refresh
  const wellKnown = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const described = await fetchOnce({ url: wellKnown }, route)
  const endpoint = new URL(read(discovery, described).token_endpoint)
  const answer = await askForTokens(endpoint, refresh)
  const { id_token: idToken, refresh_token: refreshToken } = read(tokenAnswer, answer)
  return { idToken, ...(refreshToken && { refreshToken }) }
}

/** As Go's oauth2 does it: the client's name in a header first, in the body for providers that refuse that. */
async function askForTokens(
  url: URL,
  { clientId, clientSecret, refreshToken, route }: Refresh,
): Promise<Answer> {
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`
  const first = await fetchOnce({ ...post(url, grant), headers: { authorization } }, route)
  if (first.status === 200) return first
  return fetchOnce(post(url, { ...grant, client_id: clientId, client_secret: clientSecret }), route)
}

function post(url: URL, form: Readonly<Record<string, string>>): Call {
  const filled = Object.entries(form).filter(([, value]) => value !== '')
  return { url, form: new URLSearchParams(filled) }
}

function read<S extends v.GenericSchema>(schema: S, { status, body, url }: Answer): v.InferOutput<S> {
  if (status !== 200) throw new Error(`${url.origin}${url.pathname} answered ${status}`)
  const result = v.safeParse(schema, JSON.parse(body.toString('utf8')))
  if (result.success) return result.output
  throw new Error(
    `${url.origin}${url.pathname} answered without ${v.getDotPath(result.issues[0]) ?? 'an object'}`,
  )
}
