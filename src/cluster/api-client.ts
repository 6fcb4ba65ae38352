import * as http from 'node:http'
import * as https from 'node:https'
import { type Action, ApiError, ConnectionError } from './api-error.ts'
import { Connections } from './connections.ts'
import { type Credentials, opensTls } from './credentials.ts'
import { elapsedMs } from './elapsed.ts'
import { ignoreLateErrors } from './late-errors.ts'

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

/** How long an answer may take to begin. A watch's body may then be quiet for as long as it likes. */
const ANSWER_TIMEOUT_MS = 30_000

/** Plain requests to one API server over kept connections. Only what a run needs; no informers, no models. */
export class ApiClient {
  readonly credentials: Credentials
  readonly agent: http.Agent
  /** Undefined: there is no TLS, or a proxy on the way. */
  readonly connections: Connections | undefined
  readonly #transport: typeof http | typeof https
  readonly #log: Log | undefined

  /** `connections`: of the same credentials, which somebody has opened before. */
  constructor(credentials: Credentials, { log, connections }: { log?: Log; connections?: Connections } = {}) {
    this.credentials = credentials
    this.#log = log
    this.#transport = credentials.server.protocol === 'https:' ? https : http
    this.connections = opensTls(credentials) ? (connections ?? new Connections(credentials)) : undefined
    this.agent = credentials.proxyAgent ?? agentOver(this.connections)
  }

  /** The parsed JSON answer of a 2xx; ApiError for any other status, ConnectionError for none. */
  async json<T>(request: ApiRequest): Promise<T> {
    const body = await this.bytes(request)
    return JSON.parse(body.toString('utf8')) as T
  }

  async bytes(request: ApiRequest): Promise<Buffer> {
    const response = await this.stream(request)
    try {
      return await collect(response)
    } catch (error) {
      throw connectionError(request.action, error)
    }
  }

  /** The answer's body as it comes, for watches. */
  async stream(request: ApiRequest): Promise<http.IncomingMessage> {
    try {
      return await this.#answered(request)
    } catch (error) {
      // Credentials may have been revoked before their time: ask for new ones, once.
      if (!(error instanceof ApiError) || error.status !== 401 || !this.credentials.refresh) throw error
      await this.credentials.refresh()
      return this.#answered(request)
    }
  }

  async #answered(request: ApiRequest): Promise<http.IncomingMessage> {
    const headers = await this.credentials.headers()
    const start = elapsedMs()
    const response = await this.#send(request, headers)
    const status = response.statusCode ?? 0
    const ms = Math.round(elapsedMs() - start)
    this.#log?.(
      { method: request.method, path: request.path, status, ms },
      `${request.action.verb} ${request.action.resource}`,
    )
    if (status >= 200 && status < 300) return response
    // Without its body, an answer does not say what it means: as good as none.
    const body = await collect(response).catch((error: unknown) => {
      throw connectionError(request.action, error)
    })
    throw new ApiError(request.action, { status, headers: response.headers, body })
  }

  url(path: string, query: Readonly<Record<string, string>> = {}): URL {
    const url = new URL(this.credentials.server)
    url.pathname = url.pathname.replace(/\/$/, '') + path
    url.search = new URLSearchParams(query).toString()
    return url
  }

  close(): void {
    this.agent.destroy()
    this.connections?.close()
  }

  #send(
    request: ApiRequest,
    headers: Readonly<Record<string, string | string[]>>,
  ): Promise<http.IncomingMessage> {
    const { action, method, path, query, body, contentType = 'application/json', signal } = request
    const payload = body === undefined ? undefined : JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const outgoing = this.#transport.request(this.url(path, query), {
        method,
        agent: this.agent,
        ...this.credentials.tls,
        ...(signal && { signal }),
        headers: {
          accept: 'application/json',
          ...headers,
          ...(payload !== undefined && {
            'content-type': contentType,
            'content-length': Buffer.byteLength(payload),
          }),
        },
      })
      ignoreLateErrors(outgoing)
      const timer = setTimeout(() => outgoing.destroy(timeoutError()), ANSWER_TIMEOUT_MS)
      outgoing.once('close', () => clearTimeout(timer))
      outgoing.once('response', (response) => {
        clearTimeout(timer)
        resolve(response)
      })
      outgoing.once('error', (error) => reject(connectionError(action, error)))
      outgoing.end(payload)
    })
  }
}

function agentOver(connections: Connections | undefined): http.Agent {
  if (!connections) return new http.Agent({ keepAlive: true })
  const agent = new https.Agent({ keepAlive: true })
  agent.createConnection = () => connections.take()
  return agent
}

async function collect(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function timeoutError(): NodeJS.ErrnoException {
  return Object.assign(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`), { code: 'ETIMEDOUT' })
}

/** An aborted request keeps the reason of its abort: that reason came first. */
function connectionError(action: Action, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  return error.name === 'AbortError' ? error : new ConnectionError(action, error)
}
