import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { cutBy } from './sockets.ts'
import { type Due, ofKind } from './strikes.ts'

interface Ways {
  readonly server: Server
  readonly client: Duplex
  readonly upstream: Duplex
  readonly dues: readonly Due[]
  /** `answer`: from the API server to the client; `sent`: the other way. */
  readonly side: 'answer' | 'sent'
}

/** One direction of a stream, as fast as its reader reads, up to the byte at which it is cut. */
export class Passage {
  readonly #ways: Ways
  readonly #from: Duplex
  readonly #to: Duplex
  #passed = 0
  #isOver = false

  constructor(ways: Ways) {
    this.#ways = ways
    const { client, upstream, side } = ways
    this.#from = side === 'answer' ? upstream : client
    this.#to = side === 'answer' ? client : upstream
  }

  write(bytes: Buffer): void {
    if (this.#isOver || !this.#to.writable) return
    const cut = ofKind(this.#ways.dues, 'cut').find(
      ({ deed, take }) => deed.side === this.#ways.side && this.#passed + bytes.length > deed.at && take(),
    )
    if (cut) this.#cut(cut, bytes.subarray(0, Math.max(0, cut.deed.at - this.#passed)))
    else this.#pass(bytes)
  }

  end(): void {
    if (!this.#isOver) this.#to.end()
  }

  #pass(bytes: Buffer): void {
    this.#passed += bytes.length
    if (this.#to.write(bytes)) return
    this.#from.pause()
    this.#to.once('drain', () => this.#from.resume())
  }

  #cut({ deed: { by } }: { deed: { by: 'close' | 'reset' | 'halfClose' | 'stall' } }, last: Buffer): void {
    const { server, client, upstream } = this.#ways
    this.#isOver = true
    this.#to.write(last, () => {
      if (by === 'stall') this.#from.pause()
      else if (by === 'halfClose') this.#to.end()
      else {
        cutBy(by, { server, socket: client })
        upstream.destroy()
      }
    })
  }
}
