import type { RequestHeaders } from '../credentials.ts'

/** A request as it goes over the wire. */
export interface Message {
  readonly method: string
  readonly url: URL
  readonly headers: RequestHeaders
  readonly payload?: string
  readonly signal?: AbortSignal
}

/** Names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

export interface Answer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** To be read once, as it comes. Throws where it breaks off; whoever leaves before its end ends the connection. */
  readonly body: AsyncIterable<Buffer>
}

/** A way to one server. */
export interface Transport {
  /** Resolves when the answer has begun. Rejects with an AbortError when it was stopped, else with what went wrong. */
  send(message: Message): Promise<Answer>
}

/** How long an answer may take to begin. Its body may then be quiet for as long as it likes. */
export const ANSWER_TIMEOUT_MS = 30_000

/** As Node's own agents probe what they keep: one that leads nowhere ends after some ten seconds. */
export const PROBE_MS = 1_000

export function noAnswer(): NodeJS.ErrnoException {
  return Object.assign(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`), { code: 'ETIMEDOUT' })
}

export function hangUp(): NodeJS.ErrnoException {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
}

/** As Node's own requests end that are stopped. */
export function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error('The operation was aborted', { cause: signal?.reason })
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' })
}
