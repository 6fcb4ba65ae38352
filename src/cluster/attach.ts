import type { IncomingMessage } from 'node:http'
import WebSocket from 'ws'
import { Channels, type Sinks } from '../streams/channels.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError, ConnectionError } from './api-error.ts'
import { podPath } from './pods.ts'

// The server takes the first it knows: v5 (half-close, servers ≥ 1.30), else v4.
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
const HANDSHAKE_MS = 10_000
const ACTION = { verb: 'get', resource: 'pods/attach' }

export interface AttachOptions {
  readonly namespace: string
  readonly name: string
  readonly container: string
  readonly protocols?: readonly string[]
  readonly sinks: Sinks
  readonly signal: AbortSignal
}

/**
 * One attempt to attach to stdin, stdout and stderr. Throws ApiError when the server answers without an upgrade,
 * ConnectionError when it does not answer. stdin is asked for always: over v4 a request without it closes the
 * container's stdin at once.
 */
export async function attach(api: ApiClient, options: AttachOptions): Promise<Channels> {
  const url = api.url(`${podPath(options)}/attach`, {
    container: options.container,
    stdin: 'true',
    stdout: 'true',
    stderr: 'true',
  })
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const headers = await api.credentials.headers()
  options.signal.throwIfAborted()
  const socket = new WebSocket(url, [...(options.protocols ?? PROTOCOLS)], {
    headers,
    ...api.credentials.tls,
    ...(api.credentials.proxyAgent && { agent: api.credentials.proxyAgent }),
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_MS,
  })
  const abort = (): void => socket.terminate()
  options.signal.addEventListener('abort', abort, { once: true })
  socket.once('close', () => options.signal.removeEventListener('abort', abort))
  return await opened(socket, options.sinks)
}

function opened(socket: WebSocket, sinks: Sinks): Promise<Channels> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(new Channels(socket, sinks)))
    socket.once('error', (error) => reject(new ConnectionError(ACTION, error)))
    // With this listener `ws` leaves the answer, and the end of the connection, to us.
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => undefined)
      response.once('close', () => {
        const { statusCode = 0, headers } = response
        reject(new ApiError(ACTION, { status: statusCode, headers, body: Buffer.concat(chunks) }))
        socket.terminate()
      })
    })
  })
}
