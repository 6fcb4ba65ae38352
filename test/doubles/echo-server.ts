import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import type { Issued } from './certificates.ts'

/** What arrived at the server. */
export interface Seen {
  readonly method: string
  readonly path: string
  /** Lower-case names; every line of a header on its own. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** Of the client's certificate, when there is one. */
  readonly clientName?: string
  readonly servername?: string
}

export interface EchoServer extends AsyncDisposable {
  readonly port: number
  readonly seen: readonly Seen[]
}

/** A server on 127.0.0.1 that answers each request with what it saw of it; TLS when it gets a certificate. */
export async function echoServer(certificate?: Issued, ca?: string): Promise<EchoServer> {
  const seen: Seen[] = []
  const answer: http.RequestListener = (request, response) => {
    const entry = look(request)
    seen.push(entry)
    request.resume()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(entry))
  }
  const server = certificate
    ? https.createServer({ ...certificate, ca, requestCert: true, rejectUnauthorized: false }, answer)
    : http.createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function look(request: http.IncomingMessage): Seen {
  const socket = request.socket as Partial<TLSSocket>
  // Without a certificate it is an empty object.
  const peer: Partial<PeerCertificate> | undefined = socket.getPeerCertificate?.()
  const clientName = peer?.subject?.CN?.toString()
  const servername = socket.servername
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headersDistinct as Record<string, string[]>,
    ...(clientName && { clientName }),
    ...(typeof servername === 'string' && { servername }),
  }
}
