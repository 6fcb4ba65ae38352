import { type Action, ApiError, ConnectionError } from './api-error.ts'
import { Connections } from './connections.ts'
import { type Credentials, opensTls, type RequestHeaders } from './credentials.ts'
import { elapsedMs } from './elapsed.ts'
import { bytesOf } from './http/read-body.ts'
import type { Answer, Transport } from './http/transport.ts'
import { Wires } from './http/wires.ts'

export interface ApiRequest {
  readonly action: Action
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below the server's own path, starting with `/`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly contentType?: string
  readonly signal?: AbortSignal
}

/** Told of every request and its answer; for people who look for a fault. */
export type Log = (fields: Readonly<Record<string, string | number>>, message: string) => void

/** Plain requests to one API server over kept connections. Only what a run needs; no informers, no models. */
export class ApiClient {
  readonly credentials: Credentials
  /** Undefined: there is no TLS, or a proxy on the way. */
  readonly connections: Connections | undefined
  readonly #log: Log | undefined
  readonly #wires: Wires
  #byAgent: Promise<Transport> | undefined

  /** `connections`: of the same credentials, which somebody has opened before. */
  constructor(credentials: Credentials, { log, connections }: { log?: Log; connections?: Connections } = {}) {
    this.credentials = credentials
    this.#log = log
    this.connections = opensTls(credentials) ? (connections ?? new Connections(credentials)) : undefined
    this.#wires = new Wires(credentials.server, this.connections)
  }

  /** The parsed JSON answer of a 2xx; ApiError for any other status, ConnectionError for none. */
  async json<T>(request: ApiRequest): Promise<T> {
    const body = await this.bytes(request)
    return JSON.parse(body.toString('utf8')) as T
  }

  async bytes(request: ApiRequest): Promise<Buffer> {
    const { body } = await this.stream(request)
    try {
      return await bytesOf(body)
    } catch (error) {
      throw connectionError(request.action, error)
    }
  }

  /** The answer's body as it comes, for watches. */
  async stream(request: ApiRequest): Promise<Answer> {
    try {
      return await this.#answered(request)
    } catch (error) {
      // Credentials may have been revoked before their time: ask for new ones, once.
      if (!(error instanceof ApiError) || error.status !== 401 || !this.credentials.refresh) throw error
      await this.credentials.refresh()
      return this.#answered(request)
    }
  }

  async #answered(request: ApiRequest): Promise<Answer> {
    const headers = await this.credentials.headers()
    const start = elapsedMs()
    const answer = await this.#send(request, headers)
    const { status } = answer
    const ms = Math.round(elapsedMs() - start)
    this.#log?.(
      { method: request.method, path: request.path, status, ms },
      `${request.action.verb} ${request.action.resource}`,
    )
    if (status >= 200 && status < 300) return answer
    // Without its body, an answer does not say what it means: as good as none.
    const body = await bytesOf(answer.body).catch((error: unknown) => {
      throw connectionError(request.action, error)
    })
    throw new ApiError(request.action, { status, headers: answer.headers, body })
  }

  url(path: string, query: Readonly<Record<string, string>> = {}): URL {
    const url = new URL(this.credentials.server)
    url.pathname = url.pathname.replace(/\/$/, '') + path
    url.search = new URLSearchParams(query).toString()
    return url
  }

  close(): void {
    this.#wires.close()
    this.connections?.close()
    this.credentials.proxyAgent?.destroy()
  }

  /** Node's HTTP is loaded only when it is needed: few API servers are behind a proxy. */
  #transport(): Transport | Promise<Transport> {
    const { proxyAgent } = this.credentials
    if (!proxyAgent) return this.#wires
    this.#byAgent ??= import('./http/by-agent.ts').then(
      ({ ByAgent }) => new ByAgent(proxyAgent, this.credentials),
    )
    return this.#byAgent
  }

  async #send(request: ApiRequest, headers: RequestHeaders): Promise<Answer> {
    const { action, method, path, query, body, contentType = 'application/json', signal } = request
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const transport = await this.#transport()
    try {
      return await transport.send({
        method,
        url: this.url(path, query),
        headers: {
          accept: 'application/json',
          ...headers,
          ...(payload !== undefined && { 'content-type': contentType }),
        },
        ...(payload !== undefined && { payload }),
        ...(signal && { signal }),
      })
    } catch (error) {
      throw connectionError(action, error)
    }
  }
}

/** An aborted request keeps the reason of its abort: that reason came first. */
function connectionError(action: Action, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  return error.name === 'AbortError' ? error : new ConnectionError(action, error)
}
