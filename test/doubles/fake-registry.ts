import { createHash } from 'node:crypto'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface RegistryOptions {
  /** What it wants of whoever asks. `token`: a Bearer token, from the same server, for a password. */
  readonly auth?: 'none' | 'basic' | 'token'
  /** Blobs are on another server, as with most registries. */
  readonly blobsElsewhere?: boolean
  /** Answers with other bytes than those that were asked for. */
  readonly liesAbout?: string
}

export interface Asked {
  readonly url: string
  readonly authorization?: string
  readonly form?: Readonly<Record<string, string>>
}

const USER = 'me:secret'
const TOKEN = 'the-token'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** An OCI registry with one repository, `acme/fn`, of what is put into it. */
export class FakeRegistry implements AsyncDisposable {
  readonly asked: Asked[] = []
  /** What came to the server that has the blobs. */
  readonly askedElsewhere: Asked[] = []
  readonly #options: RegistryOptions
  readonly #content = new Map<string, { type: string; body: Buffer }>()
  readonly #server = http.createServer((request, response) => void this.#answer(request, response))
  readonly #elsewhere = http.createServer((request, response) => {
    this.askedElsewhere.push(askedOf(request))
    this.#send(response, (request.url ?? '').split('/').at(-1) ?? '')
  })

  constructor(options: RegistryOptions = {}) {
    this.#options = options
  }

  async listen(): Promise<void> {
    for (const server of [this.#server, this.#elsewhere])
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }

  get host(): string {
    return hostOf(this.#server)
  }

  /** An image of one platform; gives the digests that nodes know it by. */
  put(config: object, { tag, platforms = [] }: { tag: string; platforms?: readonly string[] }): Digests {
    const configDigest = this.#keep('application/vnd.oci.image.config.v1+json', { config })
    const manifest = this.#keep(MANIFEST, { schemaVersion: 2, config: { digest: configDigest }, layers: [] })
    const other = this.#keep(MANIFEST, { config: { digest: `sha256:${'0'.repeat(64)}` } })
    const manifests = platforms.map((architecture, index) => ({
      digest: index === platforms.length - 1 ? manifest : other,
      platform: { os: 'linux', architecture },
    }))
    const top = platforms.length > 0 ? this.#keep(INDEX, { schemaVersion: 2, manifests }) : manifest
    const found = this.#content.get(top)
    if (found) this.#content.set(tag, found)
    return { top, manifest, config: configDigest }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [this.#server, this.#elsewhere]) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const asked = askedOf(request)
    const body = await text(request)
    this.asked.push({ ...asked, ...(body && { form: Object.fromEntries(new URLSearchParams(body)) }) })
    const { pathname } = new URL(asked.url, 'http://registry')
    if (pathname === '/token') this.#giveToken(response, { ...asked, body })
    else if (this.#admits(asked)) this.#give(response, pathname)
    else this.#challenge(response)
  }

  #give(response: http.ServerResponse, pathname: string): void {
    const [, kind, reference = ''] = /^\/v2\/acme\/fn\/(manifests|blobs)\/(.+)$/.exec(pathname) ?? []
    if (kind === 'blobs' && this.#options.blobsElsewhere) {
      const location = `http://${hostOf(this.#elsewhere)}/${reference}`
      response.writeHead(307, { location }).end()
    } else if (kind === 'manifests' && this.#content.get(reference)?.type.includes('config')) {
      response.writeHead(404).end()
    } else this.#send(response, reference)
  }

  #admits({ authorization }: Asked): boolean {
    const { auth = 'none' } = this.#options
    if (auth === 'none') return true
    return authorization === (auth === 'basic' ? basic(USER) : `Bearer ${TOKEN}`)
  }

  #challenge(response: http.ServerResponse): void {
    const realm = `Bearer realm="http://${this.host}/token",service="reg, istry",scope="repository:acme/fn:pull"`
    const wanted = this.#options.auth === 'basic' ? 'Basic realm="r"' : realm
    response.writeHead(401, { 'www-authenticate': wanted }).end('{}')
  }

  #giveToken(response: http.ServerResponse, { authorization, body }: Asked & { body: string }): void {
    const isLoggedIn = authorization === basic(USER) || body.includes('refresh_token=identity')
    if (isLoggedIn) response.end(JSON.stringify({ access_token: TOKEN }))
    else response.writeHead(401).end()
  }

  #send(response: http.ServerResponse, reference: string): void {
    const found = this.#content.get(reference)
    if (!found) response.writeHead(404).end()
    else
      response
        .writeHead(200, { 'content-type': found.type })
        .end(this.#options.liesAbout === reference ? '{"config":{"Entrypoint":["evil"]}}' : found.body)
  }

  #keep(type: string, value: object): string {
    const body = Buffer.from(JSON.stringify(value))
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
    this.#content.set(digest, { type, body })
    return digest
  }
}

export interface Digests {
  readonly top: string
  readonly manifest: string
  readonly config: string
}

/** `await using` closes it. */
export async function fakeRegistry(options: RegistryOptions = {}): Promise<FakeRegistry> {
  const registry = new FakeRegistry(options)
  await registry.listen()
  return registry
}

export function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

function askedOf({ url = '', headers: { authorization } }: http.IncomingMessage): Asked {
  return { url, ...(authorization && { authorization }) }
}

function hostOf(server: http.Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
