import { randomBytes } from 'node:crypto'
import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Credentials } from '../../../src/cluster/credentials.ts'
import { RECEIVER_CONTAINER } from '../../../src/plan/pod-plan.ts'
import { route } from '../../doubles/fake-cluster/routes.ts'
import type { Identity } from './identity.ts'
import { passOn } from './plain-request.ts'
import { dropAll, rememberConnections } from './sockets.ts'
import type { Strikes } from './strikes.ts'
import { passUpgrade, type Upgrade } from './upgrade.ts'
import type { Upstream } from './upstream.ts'

interface ProxyOptions {
  readonly upstream: Upstream
  /** Needed where the API server speaks TLS: so does the proxy then. */
  readonly identity?: Identity
  readonly strikes: Strikes
}

/**
 * Stands in front of an API server, speaks HTTP/1.1 (over TLS, if that does) and lets things go wrong. It has the
 * credentials; its own clients show a token that only they know.
 */
export class FaultProxy implements AsyncDisposable {
  /** What was asked for, in the words of RBAC, in the order of arrival. */
  readonly actions: string[] = []
  /** What connections for files became: `websocket`, `SPDY/3.1`. */
  readonly uploads: string[] = []
  /** Resolves when the first stream of the function is open. */
  readonly attached: Promise<void>
  readonly #options: ProxyOptions
  readonly #server: http.Server
  #attach: () => void = () => undefined
  readonly #token = randomBytes(16).toString('hex')

  constructor(options: ProxyOptions) {
    this.#options = options
    this.attached = new Promise((resolve) => {
      this.#attach = resolve
    })
    this.#server = options.identity ? https.createServer(options.identity) : http.createServer()
    rememberConnections(this.#server)
    this.#server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      this.#request(request, response).catch(() => request.socket.destroy())
    })
    this.#server.on('upgrade', (request: http.IncomingMessage, client: Duplex, head: Buffer) => {
      client.on('error', () => undefined)
      this.#upgrade({ request, client, head }).catch(() => client.destroy())
    })
    this.#server.on('tlsClientError', () => undefined)
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  /** How krmpod reaches it. */
  get credentials(): Credentials {
    const { port } = this.#server.address() as AddressInfo
    const { identity } = this.#options
    return {
      server: new URL(`${identity ? 'https' : 'http'}://127.0.0.1:${port}`),
      source: 'the fault proxy',
      tls: identity ? { ca: identity.ca } : {},
      headers: () => Promise.resolve({ authorization: `Bearer ${this.#token}` }),
    }
  }

  count(action: string): number {
    return this.actions.filter((candidate) => candidate === action).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    dropAll(this.#server)
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #request(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    response.on('error', () => undefined)
    const { upstream, strikes } = this.#options
    const dues = strikes.due(this.#admit(request))
    await passOn({ server: this.#server, upstream, request, response, dues })
  }

  async #upgrade({ request, client, head }: Pick<Upgrade, 'request' | 'client' | 'head'>): Promise<void> {
    const { upstream, strikes } = this.#options
    const dues = strikes.due(this.#admit(request))
    const streamDues = () => {
      if (isUpload(request)) {
        this.uploads.push(String(request.headers.upgrade))
        return strikes.due('upload')
      }
      this.#attach()
      return strikes.due('stream')
    }
    await passUpgrade({ server: this.#server, upstream, request, client, head, dues, streamDues })
  }

  #admit({ method = '', url = '', headers }: http.IncomingMessage): string {
    if (headers.authorization !== `Bearer ${this.#token}`) throw new Error('not one of ours')
    const action = route(method, url)?.action ?? 'other'
    this.actions.push(action)
    return action
  }
}

function isUpload({ url = '' }: http.IncomingMessage): boolean {
  return new URL(url, 'http://proxy').searchParams.get('container') === RECEIVER_CONTAINER
}

/** `await using` closes it. */
export async function faultProxy(options: ProxyOptions): Promise<FaultProxy> {
  const proxy = new FaultProxy(options)
  await proxy.listen()
  return proxy
}
