// RS begins a marker, so that nearly nothing of ordinary output has to be held back while it may be one.
const SIGN = 0x1e
const WORD_BYTES = 3

interface Listeners {
  readonly onEnd: (word: string) => void
  /** A marker of this word is no end: the stream goes on behind it. */
  readonly start?: { readonly word: string; readonly onStart: () => void }
}

/**
 * Passes a stream on up to its end marker: RS, a nonce, `:`, a word of three characters, a line feed. A stream that
 * has its marker is whole; whatever comes after it, from children that the function left behind, is dropped, as it is
 * when a container ends.
 */
export class UntilMarker {
  readonly #marker: Buffer
  readonly #sink: (data: Buffer) => void
  readonly #listeners: Listeners
  #held = Buffer.alloc(0)
  #ended = false

  constructor(nonce: string, sink: (data: Buffer) => void, listeners: Listeners) {
    this.#marker = Buffer.from(`\u001e${nonce}:`)
    this.#sink = sink
    this.#listeners = listeners
  }

  write(data: Buffer): void {
    if (this.#ended) return
    const all = this.#held.length === 0 ? data : Buffer.concat([this.#held, data])
    const found = all.indexOf(this.#marker)
    const end = found + this.#marker.length + WORD_BYTES + 1
    if (found >= 0 && end <= all.length) {
      this.#pass(all.subarray(0, found))
      this.#held = Buffer.alloc(0)
      this.#marked(all.toString('latin1', end - WORD_BYTES - 1, end - 1))
      this.write(all.subarray(end))
      return
    }
    const hold = found >= 0 ? found : this.#beginOfMarker(all)
    this.#pass(all.subarray(0, hold))
    this.#held = Buffer.from(all.subarray(hold))
  }

  /** A stream that ended without its marker: what was held back was no marker after all. */
  flush(): void {
    if (!this.#ended) this.#pass(this.#held)
    this.#held = Buffer.alloc(0)
  }

  #marked(word: string): void {
    const { onEnd, start } = this.#listeners
    this.#ended = word !== start?.word
    if (this.#ended) onEnd(word)
    else start?.onStart()
  }

  /** Where the last bytes begin that a marker could begin with. */
  #beginOfMarker(all: Buffer): number {
    const from = Math.max(0, all.length - this.#marker.length + 1)
    for (let at = all.indexOf(SIGN, from); at >= 0; at = all.indexOf(SIGN, at + 1)) {
      if (all.subarray(at).equals(this.#marker.subarray(0, all.length - at))) return at
    }
    return all.length
  }

  #pass(data: Buffer): void {
    if (data.length > 0) this.#sink(data)
  }
}
