import type { ServerResponse } from 'node:http'
import type { Call } from './routes.ts'
import type { Store, StoredEvent } from './store.ts'

export interface WatchFaults {
  /** The connection ends after so many events, this often. */
  readonly cutAfter?: { readonly events: number; readonly times: number }
  /** Nothing comes any more after so many events, and the connection stays. */
  readonly silentAfter?: number
  /** Every event comes so many times. */
  readonly copies?: number
  /** A watch from a given version is told, this often, that the version is too old (410). */
  readonly expired?: number
  /** Events come this much later. */
  readonly lagMs?: number
  /** Told whenever one of these happened. */
  readonly onStruck?: () => void
}

const EXPIRED = {
  type: 'ERROR',
  object: {
    kind: 'Status',
    status: 'Failure',
    reason: 'Expired',
    code: 410,
    message: 'too old resource version: 1 (2)',
  },
}

/** `GET …/pods?watch=1`: one JSON object a line, for as long as the client stays. */
export class WatchEndpoint {
  readonly #store: Store
  readonly #faults: WatchFaults
  #cuts = 0
  #expired = 0

  constructor(store: Store, faults: WatchFaults = {}) {
    this.#store = store
    this.#faults = faults
  }

  serve(response: ServerResponse, { namespace, query }: Call): void {
    const name = /metadata\.name=([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1]
    // Changes after this one; without it, first what there is.
    const resourceVersion = query.get('resourceVersion')
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    if (resourceVersion !== null && this.#expired < (this.#faults.expired ?? 0)) {
      this.#expired += 1
      this.#faults.onStruck?.()
      response.end(`${JSON.stringify(EXPIRED)}\n`)
      return
    }
    let sent = 0
    const send = ({ type, resource, object }: StoredEvent): void => {
      if (resource !== 'pods' || response.writableEnded || sent >= (this.#faults.silentAfter ?? Infinity))
        return
      const { metadata } = object
      if (metadata.namespace !== namespace || (name !== undefined && metadata.name !== name)) return
      sent += 1
      response.write(`${JSON.stringify({ type, object })}\n`.repeat(this.#faults.copies ?? 1))
      this.#cut(response, sent)
    }
    for (const event of this.#past(resourceVersion)) send(event)
    const { lagMs, copies } = this.#faults
    if (lagMs !== undefined || copies !== undefined) this.#faults.onStruck?.()
    const unsubscribe = this.#store.subscribe((event) => {
      if (lagMs === undefined) send(event)
      else setTimeout(() => send(event), lagMs)
    })
    response.once('close', unsubscribe)
  }

  #past(resourceVersion: string | null): readonly StoredEvent[] {
    if (resourceVersion === null)
      return this.#store.list('pods').map((object) => ({ type: 'ADDED', resource: 'pods', object }))
    return this.#store.history.filter(
      ({ object }) => Number(object.metadata.resourceVersion) > Number(resourceVersion),
    )
  }

  #cut(response: ServerResponse, sent: number): void {
    const { cutAfter } = this.#faults
    if (!cutAfter || sent < cutAfter.events || this.#cuts >= cutAfter.times) return
    this.#cuts += 1
    response.end()
  }
}
