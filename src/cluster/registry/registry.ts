import type { ImageRef } from '../../request/images/image-ref.ts'
import { type Answer, fetchOnce, type Route } from '../fetch.ts'
import { type Challenge, parseChallenge } from './challenge.ts'
import { basicAuthorization, type Login } from './login.ts'

interface Reach {
  readonly route: Route
  /** Registry, or `*`, to the URL to ask instead. */
  readonly mirrors: ReadonlyMap<string, string>
  /** Asked only when the registry wants one. */
  readonly login: () => Promise<Login | undefined>
}

const HUB = 'https://registry-1.docker.io'
const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** One repository of one registry (OCI distribution), to read manifests and blobs of. */
export class Registry {
  readonly #base: URL
  readonly #repository: string
  readonly #reach: Reach
  #authorization: string | undefined

  constructor({ registry, repository }: ImageRef, reach: Reach) {
    this.#base = baseOf(registry, reach.mirrors)
    this.#repository = repository
    this.#reach = reach
  }

  get host(): string {
    return this.#base.host
  }

  /** `path`: below the repository, e.g. `manifests/v1`. Any answer but 200 and 404 is thrown. */
  async get(path: string, accept = '*/*'): Promise<Buffer | undefined> {
    const url = new URL(`/v2/${this.#repository}/${path}`, this.#base)
    let answer = await this.#fetch(url, accept)
    if (answer.status === 401) {
      this.#authorization = await this.#authorize(parseChallenge(answer.headers['www-authenticate']))
      if (this.#authorization) answer = await this.#fetch(url, accept)
    }
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw new Error(`${this.host} answered ${answer.status} to ${url.pathname}`)
    return answer.body
  }

  /** Blobs are often elsewhere, and who is there must not see who we are here. */
  async #fetch(url: URL, accept: string): Promise<Answer> {
    let target = url
    for (let redirects = 0; ; redirects += 1) {
      const isHere = target.origin === this.#base.origin
      const authorization = isHere ? this.#authorization : undefined
      const headers = { accept, ...(authorization && { authorization }) }
      const answer = await fetchOnce({ url: target, headers }, this.#reach.route)
      const { location } = answer.headers
      if (!REDIRECTS.has(answer.status) || !location || redirects === MAX_REDIRECTS) return answer
      target = new URL(location, target)
      if (target.protocol === 'http:' && url.protocol === 'https:')
        throw new Error(`${this.host} redirects to ${target.origin}, which is not encrypted`)
    }
  }

  async #authorize(challenge: Challenge | undefined): Promise<string | undefined> {
    if (!challenge) return undefined
    const login = await this.#reach.login()
    if (challenge.kind === 'bearer') return `Bearer ${await this.#token(challenge, login)}`
    return login?.kind === 'password' ? basicAuthorization(login) : undefined
  }

  /** https://distribution.github.io/distribution/spec/auth/token/, and its OAuth 2.0 form for identity tokens. */
  async #token(
    { realm, service, scope = `repository:${this.#repository}:pull` }: Extract<Challenge, { kind: 'bearer' }>,
    login: Login | undefined,
  ): Promise<string> {
    const url = new URL(realm)
    if (url.protocol === 'http:' && this.#base.protocol === 'https:' && login)
      throw new Error(`${this.host} wants the password sent to ${url.origin}, which is not encrypted`)
    const query = { ...(service !== undefined && { service }), scope }
    const answer =
      login?.kind === 'identityToken'
        ? await this.#exchange(url, { ...query, refresh_token: login.token })
        : await this.#ask(url, { query, login })
    if (answer.status !== 200)
      throw new Error(`${url.host} answered ${answer.status} to the request for a token`)
    const { token, access_token: accessToken } = JSON.parse(answer.body.toString('utf8')) as Record<
      string,
      unknown
    >
    const given = token ?? accessToken
    if (typeof given !== 'string') throw new Error(`${url.host} answered without a token`)
    return given
  }

  #ask(
    url: URL,
    {
      query,
      login,
    }: { query: Record<string, string>; login: Extract<Login, { kind: 'password' }> | undefined },
  ): Promise<Answer> {
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const headers = login && { authorization: basicAuthorization(login) }
    return fetchOnce({ url, ...(headers && { headers }) }, this.#reach.route)
  }

  #exchange(url: URL, query: Record<string, string>): Promise<Answer> {
    const form = new URLSearchParams({ ...query, grant_type: 'refresh_token', client_id: 'krmpod' })
    return fetchOnce({ url, form }, this.#reach.route)
  }
}

function baseOf(registry: string, mirrors: ReadonlyMap<string, string>): URL {
  const mirror = mirrors.get(registry) ?? mirrors.get('*')
  if (mirror !== undefined) return new URL(mirror)
  if (registry === 'docker.io') return new URL(HUB)
  // As docker and containerd: a registry on this machine need not be encrypted.
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(registry)
  return new URL(`${isLocal ? 'http' : 'https'}://${registry}`)
}
