import * as net from 'node:net'
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

/** Open, or being opened; without `tls` for the rest of a tick. */
interface Spare {
  readonly tcp: net.Socket | undefined
  readonly since: number
  tls?: TLSSocket
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
    if (this.#isClosed || !this.#isSomebody()) return
    this.#dropOld()
    while (this.#spares.length < count)
      this.#spares = [...this.#spares, { tcp: this.#dial(), since: performance.now() }]
    // Node dials in its next tick: certificates are read after that.
    process.nextTick(() => {
      try {
        for (const spare of this.#spares) spare.tls ??= this.#secure(spare.tcp)
      } catch {
        this.#drop() // a certificate that is none
      }
    })
  }

  /** One that is open, or being opened. */
  take(): TLSSocket {
    this.#identify()
    this.#dropOld()
    const [spare, ...others] = this.#spares
    this.#spares = others
    return spare?.tls ?? this.#secure(spare ? spare.tcp : this.#dial())
  }

  close(): void {
    this.#isClosed = true
    this.#drop()
  }

  #drop(): void {
    this.#spares.forEach(close)
    this.#spares = []
  }

  #dropOld(): void {
    const now = performance.now()
    const isOld = (spare: Spare): boolean => now - spare.since > IDLE_MS || !isUntouched(spare)
    this.#spares.filter(isOld).forEach(close)
    this.#spares = this.#spares.filter((spare) => !isOld(spare))
  }

  /** Undefined: it has a name, which may stand for several addresses. Then Node's TLS has to dial, to try them all. */
  #dial(): net.Socket | undefined {
    const { host, port } = this.#address()
    if (!net.isIP(host)) return undefined
    const tcp = net.connect({ host, port, noDelay: true })
    // Told to whoever has the TLS over it.
    tcp.on('error', () => undefined)
    return tcp
  }

  #address(): { host: string; port: number } {
    const { hostname, port } = this.#credentials.server
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || HTTPS_PORT) }
  }

  #secure(tcp: net.Socket | undefined): TLSSocket {
    const identity = this.#identify()
    const { tls, context, session } = identity
    const { host, port } = this.#address()
    const socket = connect({
      ...tls,
      host,
      port,
      ...(tcp && { socket: tcp }),
      servername: tls.servername ?? (tcp ? '' : host),
      ALPNProtocols: ['http/1.1'],
      secureContext: context,
      ...(session && { session }),
    })
    socket.setNoDelay(true)
    tcp?.once('error', (error) => socket.destroy(error))
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

  /** Before anything is dialled for who we were. False: its certificate is none, which the request will find. */
  #isSomebody(): boolean {
    try {
      if (this.#identity) this.#identify()
      return true
    } catch {
      return false
    }
  }

  #identify(): Identity {
    const { tls } = this.#credentials
    if (this.#identity && isSame(tls, this.#identity.tls)) return this.#identity
    // Nobody was known before: what is being opened was opened for whom we are.
    if (this.#identity) this.#drop()
    this.#identity = { tls: { ...tls }, context: createSecureContext(tls) }
    return this.#identity
  }
}

function close({ tcp, tls }: Spare): void {
  tcp?.destroy()
  tls?.destroy()
}

/** A server that says something before it is asked is about to close the connection. */
function isUntouched({ tcp, tls }: Spare): boolean {
  if (!tls) return !tcp?.destroyed
  return !tls.destroyed && tls.readable && tls.writable && tls.readableLength === 0
}

function isSame(one: TlsOptions, other: TlsOptions): boolean {
  return one.cert === other.cert && one.key === other.key && one.ca === other.ca
}
