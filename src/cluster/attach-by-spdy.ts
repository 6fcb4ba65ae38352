import * as http from 'node:http'
import * as https from 'node:https'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { SpdyStreams } from '../streams/spdy-streams.ts'
import type { ApiClient } from './api-client.ts'
import { ConnectionError } from './api-error.ts'
import { type Connect, HANDSHAKE_MS, refusal, streamsUrl } from './container-streams.ts'
import { ignoreLateErrors } from './http/late-errors.ts'

/** The newest that every server knows over SPDY. It has a half-close: SPDY's own. */
const PROTOCOL = 'v4.channel.k8s.io'
const ACTION = { verb: 'get', resource: 'pods/attach' } as const

/**
 * One attempt to attach to stdin, stdout and stderr over SPDY, which API servers and nodes pass on to the runtime as it
 * is; of a WebSocket they unpack every message. Fails as attach does.
 */
export const attachBySpdy: Connect<SpdyStreams> = async (api, options) => {
  const { signal, sinks } = options
  const headers = await api.credentials.headers()
  signal.throwIfAborted()
  const request = upgradeRequest(api, {
    url: streamsUrl(api, { ...options, subresource: 'attach' }),
    headers,
  })
  const giveUp = setTimeout(() => request.destroy(noAnswer()), HANDSHAKE_MS)
  const abort = (): void => void request.destroy()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await accepted(new SpdyStreams(await upgraded(request), sinks), signal)
  } finally {
    clearTimeout(giveUp)
    signal.removeEventListener('abort', abort)
  }
}

/** Until the node has all streams, it has not attached. */
async function accepted(streams: SpdyStreams, signal: AbortSignal): Promise<SpdyStreams> {
  const abort = (): void => streams.terminate()
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  void streams.ended.then(() => signal.removeEventListener('abort', abort))
  const problem = await Promise.race([
    streams.accepted.then(() => undefined),
    streams.ended.then(closedEarly),
    sleep(HANDSHAKE_MS, undefined, { ref: false }).then(noAnswer),
  ])
  if (!problem) return streams
  streams.terminate()
  throw new ConnectionError(ACTION, problem)
}

function upgradeRequest(
  { credentials, connections }: ApiClient,
  { url, headers }: { url: URL; headers: Readonly<Record<string, string | string[]>> },
): http.ClientRequest {
  const { request } = url.protocol === 'https:' ? https : http
  return request(url, {
    ...credentials.tls,
    ...(connections && { createConnection: () => connections.take() }),
    ...(credentials.proxyAgent && { agent: credentials.proxyAgent }),
    headers: {
      ...headers,
      connection: 'Upgrade',
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': PROTOCOL,
    },
  })
}

function upgraded(request: http.ClientRequest): Promise<Duplex> {
  ignoreLateErrors(request)
  let connection: Duplex | undefined
  request.once('socket', (socket) => (connection = socket))
  return new Promise((resolve, reject) => {
    request.once('upgrade', (_answer, socket, head) => {
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    request.once('response', (response) => {
      void refusal(ACTION, response).then((error) => {
        reject(error)
        // Nobody asks anything else over it, and a request that has been answered destroys nothing.
        connection?.destroy()
      })
    })
    request.once('error', (error) => reject(new ConnectionError(ACTION, error)))
    request.end()
  })
}

function closedEarly(): NodeJS.ErrnoException {
  return Object.assign(new Error('it closed before there were streams'), { code: 'ECONNRESET' })
}

function noAnswer(): NodeJS.ErrnoException {
  return Object.assign(new Error(`no answer within ${HANDSHAKE_MS / 1000} s`), { code: 'ETIMEDOUT' })
}
