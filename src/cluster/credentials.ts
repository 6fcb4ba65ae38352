import type { Agent } from 'node:http'
import type { ConnectionOptions } from 'node:tls'

/** How to reach an API server and who we are there. */
export interface Credentials {
  /** May have a path of its own (Rancher and the like). `http:` is allowed, as kubectl allows it. */
  readonly server: URL
  /** The context's namespace, or the Pod's own. */
  readonly namespace?: string
  /** Where they came from, for messages: `kubeconfig /home/x/.kube/config, context dev` or `service account of this Pod`. */
  readonly source: string
  /** To be read for each new connection: an exec plugin may have given another client certificate by then. */
  readonly tls: TlsOptions
  /** Set when the API server is behind a proxy. */
  readonly proxyAgent?: Agent
  /** Authorization and impersonation headers; asked before every request, so that a rotated token is used at once. */
  headers(): Promise<RequestHeaders>
  /** After a 401: gets new credentials, for the next headers() and tls. Absent where asking again cannot help. */
  readonly refresh?: () => Promise<void>
}

/** A list is one header line each: a comma would make one group of two (Impersonate-Group). */
export type RequestHeaders = Readonly<Record<string, string | string[]>>

export type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>

/** Else there is no TLS, or a proxy's agent opens the connections. */
export function opensTls({ server, proxyAgent }: Pick<Credentials, 'server' | 'proxyAgent'>): boolean {
  return server.protocol === 'https:' && !proxyAgent
}
