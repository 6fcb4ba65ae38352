import { isIP } from 'node:net'
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { Credentials, TlsOptions } from './credentials.ts'

/** Who we are on new connections; an exec plugin may make us somebody else. */
interface Identity {
  readonly tls: TlsOptions
  /** The certificates, read once. */
  readonly context: SecureContext
  /** With it, the next handshake needs no certificates. */
  session?: Buffer
}

interface Spare {
  readonly socket: TLSSocket
  readonly since: number
}

const HTTPS_PORT = 443
/** What stands between us and the server may forget a connection that nobody uses, and say nothing. */
const IDLE_MS = 30_000

/** TLS connections to the API server, opened ahead of need: a handshake takes longer than most requests. */
export class Connections {
  readonly #credentials: Credentials
  #identity: Identity | undefined
  #spares: readonly Spare[] = []
  #isClosed = false

  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  /** So many are to wait from now on. What is wrong with one is for the request to find that opens it again. */
  prepare(count: number): void {
    try {
      this.#dropOld()
      while (!this.#isClosed && this.#spares.length < count)
        this.#spares = [...this.#spares, { socket: this.#open(), since: performance.now() }]
    } catch {
      // A certificate that is none.
    }
  }

  /** One that is open, or being opened. */
  take(): TLSSocket {
    this.#identify()
    this.#dropOld()
    const [spare, ...others] = this.#spares
    this.#spares = others
    return spare?.socket ?? this.#open()
  }

  close(): void {
    this.#isClosed = true
    this.#drop()
  }

  #drop(): void {
    for (const { socket } of this.#spares) socket.destroy()
    this.#spares = []
  }

  #dropOld(): void {
    const now = performance.now()
    const isOld = ({ socket, since }: Spare): boolean => now - since > IDLE_MS || !isUntouched(socket)
    for (const { socket } of this.#spares.filter(isOld)) socket.destroy()
    this.#spares = this.#spares.filter((spare) => !isOld(spare))
  }

  #open(): TLSSocket {
    const { server } = this.#credentials
    const identity = this.#identify()
    const { tls, context, session } = identity
    const host = server.hostname.replace(/^\[|\]$/g, '')
    const socket = connect({
      ...tls,
      host,
      port: Number(server.port || HTTPS_PORT),
      servername: tls.servername ?? (isIP(host) ? '' : host),
      ALPNProtocols: ['http/1.1'],
      secureContext: context,
      ...(session && { session }),
    })
    socket.setNoDelay(true)
    socket.on('session', (given) => {
      // Who resumes a session is not asked for a name again; Node tells of it only after it has seen the right one.
      identity.session = given
    })
    socket.once('close', (isBad) => {
      if (isBad && identity.session === session) delete identity.session
    })
    // Whoever takes it has a listener of their own.
    socket.on('error', () => undefined)
    return socket
  }

  #identify(): Identity {
    const { tls } = this.#credentials
    if (this.#identity && isSame(tls, this.#identity.tls)) return this.#identity
    this.#drop()
    this.#identity = { tls: { ...tls }, context: createSecureContext(tls) }
    return this.#identity
  }
}

/** A server that says something before it is asked is about to close the connection. */
function isUntouched(socket: TLSSocket): boolean {
  return !socket.destroyed && socket.readable && socket.writable && socket.readableLength === 0
}

function isSame(one: TlsOptions, other: TlsOptions): boolean {
  return one.cert === other.cert && one.key === other.key && one.ca === other.ca
}
