const CAPACITY_BYTES = 64 * 1024

/** A pipe as the kernel has it: whoever writes more than 64 KiB ahead of the reader waits. */
export class Pipe {
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #ended = false
  #wake: (() => void)[] = []

  /** Bytes that were written and nobody read. */
  get unread(): number {
    return this.#bytes
  }

  /** Resolves when there is room again. What comes after the end is lost. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#ended || chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    this.#notify()
    while (this.#isFull()) await this.#change()
  }

  end(): void {
    this.#ended = true
    this.#notify()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk) {
        this.#bytes -= chunk.length
        this.#notify()
        yield chunk
      } else if (this.#ended) return
      else await this.#change()
    }
  }

  #isFull(): boolean {
    return this.#bytes > CAPACITY_BYTES && !this.#ended
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve))
  }

  #notify(): void {
    const waiting = this.#wake
    this.#wake = []
    for (const wake of waiting) wake()
  }
}
