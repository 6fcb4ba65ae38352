import type { IncomingMessage } from 'node:http'
import WebSocket from 'ws'
import { Channels, type Sinks } from '../streams/channels.ts'
import type { ApiClient } from './api-client.ts'
import { type Action, ApiError, ConnectionError } from './api-error.ts'
import { podPath } from './pods.ts'

const V5 = 'v5.channel.k8s.io'
const V4 = 'v4.channel.k8s.io'
export const HANDSHAKE_MS = 10_000

/** Opens the streams of one container. */
export type Connect<Streams = Channels> = (api: ApiClient, options: StreamOptions) => Promise<Streams>

export interface StreamOptions {
  readonly namespace: string
  readonly name: string
  readonly container: string
  /** In the order of preference. */
  readonly protocols?: readonly string[]
  readonly sinks: Sinks
  readonly signal: AbortSignal
}

/**
 * One attempt to attach to stdin, stdout and stderr. Throws ApiError when the server answers without an upgrade,
 * ConnectionError when it does not answer. stdin is asked for always: over v4 a request without it closes the
 * container's stdin at once.
 */
export const attach: Connect = (api, options) =>
  // The server takes the first it knows: v5 (half-close, servers ≥ 1.30), else v4.
  open(api, { protocols: [V5, V4], ...options, subresource: 'attach', query: [] })

/**
 * Runs `command` in the container, with streams of its own. Fails as attach does. Only over v5: without a half-close
 * the command's stdin has no end.
 */
export function exec(command: readonly string[]): Connect {
  const query = command.map((word): [string, string] => ['command', word])
  return (api, options) => open(api, { ...options, protocols: [V5], subresource: 'exec', query })
}

interface Opening extends StreamOptions {
  readonly protocols: readonly string[]
  readonly subresource: 'attach' | 'exec'
  readonly query: readonly [string, string][]
}

async function open(api: ApiClient, options: Opening): Promise<Channels> {
  const action = { verb: 'get', resource: `pods/${options.subresource}` }
  const url = streamsUrl(api, options)
  for (const [name, value] of options.query) url.searchParams.append(name, value)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const { connections } = api
  const headers = await api.credentials.headers()
  options.signal.throwIfAborted()
  const socket = new WebSocket(url, [...options.protocols], {
    headers,
    ...api.credentials.tls,
    ...(connections && {
      // Node sets a timeout of its own only on connections that it makes.
      createConnection: () => connections.take().setTimeout(HANDSHAKE_MS),
    }),
    ...(api.credentials.proxyAgent && { agent: api.credentials.proxyAgent }),
    perMessageDeflate: false,
    // A mask hides what is sent from those who read on the way (RFC 6455, 10.3): TLS does that already.
    ...(url.protocol === 'wss:' && { generateMask: (mask: Buffer) => mask.fill(0) }),
    handshakeTimeout: HANDSHAKE_MS,
  })
  const abort = (): void => socket.terminate()
  options.signal.addEventListener('abort', abort, { once: true })
  socket.once('close', () => options.signal.removeEventListener('abort', abort))
  return await opened(socket, { sinks: options.sinks, action })
}

/** Of all three streams of a container. */
export function streamsUrl(
  api: ApiClient,
  { subresource, container, ...pod }: Pick<Opening, 'namespace' | 'name' | 'container' | 'subresource'>,
): URL {
  return api.url(`${podPath(pod)}/${subresource}`, {
    container,
    // Without it the first burst of output may be all that comes (kata-containers#13640).
    stdin: 'true',
    stdout: 'true',
    stderr: 'true',
  })
}

/** That there is no upgrade; whoever asked closes the connection. */
export async function refusal(action: Action, response: IncomingMessage): Promise<ApiError> {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('error', () => undefined)
  await new Promise((resolve) => response.once('close', resolve))
  const { statusCode = 0, headers } = response
  return new ApiError(action, { status: statusCode, headers, body: Buffer.concat(chunks) })
}

function opened(socket: WebSocket, { sinks, action }: { sinks: Sinks; action: Action }): Promise<Channels> {
  return new Promise((resolve, reject) => {
    socket.once('upgrade', (answer: IncomingMessage) => {
      socket.once('open', () => resolve(new Channels(socket, answer.socket, sinks)))
    })
    socket.once('error', (error) => reject(new ConnectionError(action, error)))
    // With this listener `ws` leaves the answer, and the end of the connection, to us.
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      void refusal(action, response).then((error) => {
        reject(error)
        socket.terminate()
      })
    })
  })
}
