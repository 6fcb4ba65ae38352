import type { Status } from '../kube/types.ts'
import type { AnswerHeaders } from './http/transport.ts'

/** One request, in the words of RBAC: `create pods`, `get pods/attach`. */
export interface Action {
  readonly verb: string
  readonly resource: string
}

/** The API server answered, with anything but success. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly action: Action
  readonly status: number
  /** metav1.Status.reason: `NotFound`, `Forbidden`, `AlreadyExists` … */
  readonly reason: string
  readonly retryAfterMs: number | undefined

  constructor(action: Action, response: { status: number; headers: AnswerHeaders; body: Buffer }) {
    const text = response.body
      .subarray(0, 64 * 1024)
      .toString('utf8')
      .trim()
    const status = parseStatus(text)
    super(status?.message ?? (text || `HTTP ${response.status}`))
    this.action = action
    this.status = response.status
    this.reason = status?.reason ?? ''
    const seconds = Number(response.headers['retry-after'])
    this.retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined
  }
}

const FINAL = /CERT|SIGNATURE|ALTNAME|SELF_SIGNED|UNABLE_TO|^EPROTO$|^ERR_(?:SSL|TLS|OSSL|INVALID)/

/** No answer at all: refused, reset, timed out, or a certificate that does not fit. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly action: Action
  readonly problem: string

  constructor(action: Action, cause: NodeJS.ErrnoException) {
    super(cause.message, { cause })
    this.action = action
    this.problem = cause.code ?? ''
  }

  /** A wrong name, certificate, key or token stays wrong; everything else may pass. */
  get isFinal(): boolean {
    return FINAL.test(this.problem)
  }
}

/** A server that never answered at all is more likely misnamed than restarting. */
const NO_ANSWER_MS = 30_000

/** `silentMs`: for how long there has been no answer at all, not one. */
export function isHopeless(error: ConnectionError, silentMs: number): boolean {
  return error.isFinal || silentMs > NO_ANSWER_MS
}

function parseStatus(text: string): Status | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Status
  } catch {
    return undefined
  }
}
