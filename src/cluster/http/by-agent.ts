import * as http from 'node:http'
import * as https from 'node:https'
import type { Credentials } from '../credentials.ts'
import { ignoreLateErrors } from './late-errors.ts'
import { ANSWER_TIMEOUT_MS, type Answer, type Message, noAnswer, type Transport } from './transport.ts'

/** Node's own HTTP, over the connections of an agent: the tunnels of a proxy. */
export class ByAgent implements Transport {
  readonly #agent: http.Agent
  readonly #credentials: Pick<Credentials, 'tls'>

  constructor(agent: http.Agent, credentials: Pick<Credentials, 'tls'>) {
    this.#agent = agent
    this.#credentials = credentials
  }

  send({ method, url, headers, payload, signal }: Message): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method,
        agent: this.#agent,
        ...this.#credentials.tls,
        ...(signal && { signal }),
        headers: {
          ...headers,
          ...(payload !== undefined && { 'content-length': Buffer.byteLength(payload) }),
        },
      })
      ignoreLateErrors(request)
      const timer = setTimeout(() => request.destroy(noAnswer()), ANSWER_TIMEOUT_MS)
      request.once('close', () => clearTimeout(timer))
      request.once('response', (response) => {
        clearTimeout(timer)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response })
      })
      request.once('error', reject)
      request.end(payload)
    })
  }
}
