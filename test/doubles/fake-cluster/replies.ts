import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { HttpFailure } from './http-failure.ts'

export type Answer = { readonly code: number } & ({ readonly json: object } | { readonly text: Buffer })

export function reply(response: ServerResponse, answer: Answer): void {
  const isText = 'text' in answer
  response.writeHead(answer.code, { 'content-type': isText ? 'text/plain' : 'application/json' })
  response.end(isText ? answer.text : JSON.stringify(answer.json))
}

export function fail(response: ServerResponse, error: unknown): void {
  const failure = asFailure(error)
  const { retryAfterSeconds } = failure
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds))
  reply(response, { code: failure.code, json: failure.body })
}

/** kubelet and gateways answer in plain text, the API server with a Status, which has a reason. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const failure = asFailure(error)
  const text = failure.code === 500 || !failure.reason ? failure.message : JSON.stringify(failure.body)
  const headers = ['connection: close', `content-length: ${Buffer.byteLength(text)}`]
  socket.end([`HTTP/1.1 ${failure.code} ${failure.reason}`, ...headers, '', text].join('\r\n'))
}

function asFailure(error: unknown): HttpFailure {
  return error instanceof HttpFailure ? error : new HttpFailure(500, 'InternalError', String(error))
}
