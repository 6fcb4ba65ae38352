import type { Spool } from '../streams/spool.ts'

interface Holding {
  readonly to: Spool
  /** So much is held back until it is clear that it counts; more goes on live. 0: all of it. */
  readonly bytes: number
}

/** An attempt's stderr on its way to the caller, kept until it is clear that it counts. */
export class HeldStderr {
  readonly #to: Spool
  readonly #reading: Promise<void>
  #chunks: Uint8Array[] = []
  #isHeard = false
  #state: 'held' | 'live' | 'dropped'

  constructor(from: Spool, { to, bytes }: Holding) {
    this.#to = to
    this.#state = bytes > 0 ? 'held' : 'live'
    this.#reading = this.#read(from, bytes).catch(() => undefined)
  }

  /** Some of it may have been read by the caller. */
  isHeard(): boolean {
    return this.#isHeard
  }

  drop(): void {
    this.#state = 'dropped'
  }

  /** After the attempt has ended. */
  async passOn(): Promise<void> {
    await this.#reading
    if (this.#state !== 'dropped') this.#flush()
  }

  async #read(from: Spool, heldBytes: number): Promise<void> {
    let bytes = 0
    for await (const chunk of from.read()) {
      this.#chunks.push(chunk)
      bytes += chunk.length
      if (this.#state === 'held' && bytes > heldBytes) this.#state = 'live'
      if (this.#state === 'live') this.#flush()
    }
  }

  #flush(): void {
    this.#isHeard ||= this.#chunks.length > 0
    for (const chunk of this.#chunks) this.#to.write(chunk)
    this.#chunks = []
  }
}
