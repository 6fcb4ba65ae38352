/** Of the connection that a body comes over. */
export interface Flow {
  readonly pause: () => void
  readonly resume: () => void
  /** Nobody wants the rest. */
  readonly abandon: () => void
}

/** More than that waits where it comes from. */
const HIGH_WATER_BYTES = 1024 * 1024

/** An answer's body on its way to whoever reads it, once. */
export class Body implements AsyncIterable<Buffer> {
  readonly #flow: Flow
  #pieces: Buffer[] = []
  #bytes = 0
  #isWhole = false
  #failure: Error | undefined
  #wake: () => void = () => undefined

  constructor(flow: Flow) {
    this.#flow = flow
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#bytes += piece.length
    if (this.#bytes > HIGH_WATER_BYTES) this.#flow.pause()
    this.#wake()
  }

  end(): void {
    this.#isWhole = true
    this.#wake()
  }

  /** What came before is still read. */
  fail(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        yield* this.#taken()
        if (this.#pieces.length > 0) continue
        if (this.#isWhole) return
        if (this.#failure) throw this.#failure
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      if (!this.#isWhole) this.#flow.abandon()
    }
  }

  #taken(): readonly Buffer[] {
    const taken = this.#pieces
    this.#pieces = []
    if (this.#bytes > HIGH_WATER_BYTES) this.#flow.resume()
    this.#bytes = 0
    return taken
  }
}
