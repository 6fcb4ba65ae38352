import type { RequestHeaders } from '../credentials.ts'

/** Who we are for the API server, however it is found out. */
export interface Identity {
  /** Asked before every request. */
  readonly headers: () => Promise<RequestHeaders>
  /** Asked for every new connection. */
  readonly certificate?: () => ClientCertificate | undefined
  /** Present where a 401 can be cured by asking anew. */
  readonly refresh?: () => Promise<void>
}

export interface ClientCertificate {
  readonly cert: string
  readonly key: string
}

export const ANONYMOUS: Identity = { headers: () => Promise.resolve({}) }

export function bearer(token: string): RequestHeaders {
  return { authorization: `Bearer ${token}` }
}
