import { connect, type Socket } from 'node:net'
import type { Connections } from '../connections.ts'
import { addressOf } from '../dial.ts'
import { elapsedMs } from '../elapsed.ts'
import { requestBytes } from './request-bytes.ts'
import { type Answer, abortError, type Message, PROBE_MS, type Transport } from './transport.ts'
import { Wire } from './wire.ts'

interface Kept {
  readonly wire: Wire
  /** For whom it was opened. */
  readonly identity: unknown
  readonly since: number
}

/** What stands between us and the server may forget a connection that nobody uses, and say nothing. */
const IDLE_MS = 30_000

/**
 * HTTP/1.1 over connections of our own, which are kept. Node's `http` would take 10 ms of a run until its Pod has been
 * asked for (docs/adr/0014).
 */
export class Wires implements Transport {
  readonly #server: URL
  readonly #connections: Connections | undefined
  readonly #all = new Set<Wire>()
  #kept: readonly Kept[] = []

  /** `connections`: with TLS; undefined for a server that is spoken to without. */
  constructor(server: URL, connections: Connections | undefined) {
    this.#server = server
    this.#connections = connections
  }

  async send({ signal, ...message }: Message): Promise<Answer> {
    if (signal?.aborted) throw abortError(signal)
    // Before a connection is taken for it: a header may be none.
    const bytes = requestBytes(message)
    return this.#take().send(bytes, signal)
  }

  /** Ends every connection, busy or not. */
  close(): void {
    for (const wire of this.#all) wire.close()
  }

  /** The one that was used last, if there is one: others may have had their day. */
  #take(): Wire {
    const identity = this.#connections?.currentIdentity()
    const now = elapsedMs()
    const isOurs = (kept: Kept): boolean =>
      kept.wire.isOpen && kept.identity === identity && now - kept.since <= IDLE_MS
    for (const { wire } of this.#kept.filter((kept) => !isOurs(kept))) wire.close()
    this.#kept = this.#kept.filter(isOurs)
    const last = this.#kept.at(-1)
    this.#kept = this.#kept.slice(0, -1)
    return last?.wire ?? this.#open(identity)
  }

  #open(identity: unknown): Wire {
    const wire = new Wire(this.#connections?.take() ?? plain(this.#server), {
      onFree: () => (this.#kept = [...this.#kept, { wire, identity, since: elapsedMs() }]),
      onGone: () => {
        this.#all.delete(wire)
        this.#kept = this.#kept.filter((kept) => kept.wire !== wire)
      },
    })
    this.#all.add(wire)
    return wire
  }
}

function plain(server: URL): Socket {
  return connect({
    ...addressOf(server),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: PROBE_MS,
  })
}
