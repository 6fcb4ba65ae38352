import type { Socket } from 'node:net'
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { Credentials, TlsOptions } from './credentials.ts'
import { type Address, addressOf, dial } from './dial.ts'
import { elapsedMs } from './elapsed.ts'

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
  readonly tcp: Socket | undefined
  readonly since: number
  tls?: TLSSocket
}

/** What stands between us and the server may forget a connection that nobody uses, and say nothing. */
const IDLE_MS = 30_000

/** TLS connections to the API server, opened ahead of need: a handshake takes longer than most requests. */
export class Connections {
  readonly #credentials: Credentials
  #identity: Identity | undefined
  #spares: readonly Spare[] = []
  #isClosed = false

  /** `dialled`: what dial() gave for the same server, before there was TLS. */
  constructor(credentials: Credentials, dialled: readonly (Socket | undefined)[] = []) {
    this.#credentials = credentials
    const since = elapsedMs()
    this.#spares = dialled.map((tcp) => ({ tcp, since }))
  }

  /** So many are to wait from now on. What is wrong with one is for the request to find that opens it again. */
  prepare(count: number): void {
    if (this.#isClosed || !this.#isSomebody()) return
    this.#dropOld()
    while (this.#spares.length < count)
      this.#spares = [...this.#spares, { tcp: dial(this.#address), since: elapsedMs() }]
    // Node dials in its next tick: certificates are read after that.
    process.nextTick(() => {
      try {
        for (const spare of this.#spares) spare.tls ??= this.#secure(spare.tcp)
      } catch {
        this.#drop() // a certificate that is none
      }
    })
  }

  /** Another one when we have become somebody else: what was opened before is not ours any more. */
  currentIdentity(): unknown {
    return this.#identify()
  }

  /** One that is open, or being opened. */
  take(): TLSSocket {
    this.#identify()
    this.#dropOld()
    const [spare, ...others] = this.#spares
    this.#spares = others
    return spare?.tls ?? this.#secure(spare ? spare.tcp : dial(this.#address))
  }

  close(): void {
    this.#isClosed = true
    this.#drop()
  }

  get #address(): Address {
    return addressOf(this.#credentials.server)
  }

  #drop(): void {
    this.#spares.forEach(close)
    this.#spares = []
  }

  #dropOld(): void {
    const now = elapsedMs()
    const isOld = (spare: Spare): boolean => now - spare.since > IDLE_MS || !isUntouched(spare)
    this.#spares.filter(isOld).forEach(close)
    this.#spares = this.#spares.filter((spare) => !isOld(spare))
  }

  #secure(tcp: Socket | undefined): TLSSocket {
    const identity = this.#identify()
    const { tls, context, session } = identity
    const { host, port } = this.#address
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
