import { Spool } from './spool.ts'

/** As much as a container's log can hold before it is rotated. */
const TAIL_BYTES = 10 * 1024 * 1024

interface Bounds {
  readonly maxBytes: number
  /** What is put behind the last byte that was kept, once more than that came. */
  readonly notice: string
}

/**
 * A stream that may be longer than anybody wants to keep: its first bytes to be read, its last ones to be compared, and
 * the count of all.
 */
export class BoundedSpool {
  /** The first bytes, and behind them the notice. */
  readonly head: Spool
  readonly #bounds: Bounds
  readonly #tail = new Ring(TAIL_BYTES)
  #kept = 0
  #bytes = 0

  constructor(directory: string, bounds: Bounds) {
    this.head = new Spool(directory)
    this.#bounds = bounds
  }

  /** Of the whole stream. */
  get bytes(): number {
    return this.#bytes
  }

  write(chunk: Uint8Array): void {
    const fitting = chunk.subarray(0, this.#bounds.maxBytes - this.#kept)
    const rest = chunk.subarray(fitting.length)
    this.head.write(fitting)
    if (rest.length > 0 && this.#kept === this.#bytes) this.head.write(Buffer.from(this.#bounds.notice))
    this.#kept += fitting.length
    this.#bytes += chunk.length
    this.#tail.write(rest)
  }

  /** As Spool's, as far as it was kept: what was dropped in the middle is left out. */
  slice(start: number, end: number = this.#bytes): Buffer {
    const from = Math.max(0, start < 0 ? this.#bytes + start : start)
    const first = this.head.slice(Math.min(from, this.#kept), Math.min(end, this.#kept))
    const tailStart = this.#bytes - this.#tail.length
    const last = this.#tail.slice(Math.max(from, tailStart) - tailStart, Math.max(end, tailStart) - tailStart)
    return last.length === 0 ? first : Buffer.concat([first, last])
  }

  end(): void {
    this.head.end()
  }

  close(): void {
    this.head.close()
  }
}

/** The last bytes of what was written. */
class Ring {
  readonly #capacity: number
  #buffer = Buffer.alloc(0)
  #written = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get length(): number {
    return Math.min(this.#written, this.#capacity)
  }

  write(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    // Hardly any stream is that long.
    if (this.#buffer.length === 0) this.#buffer = Buffer.alloc(this.#capacity)
    const last = chunk.subarray(Math.max(0, chunk.length - this.#capacity))
    const at = (this.#written + chunk.length - last.length) % this.#capacity
    this.#buffer.set(last.subarray(0, this.#capacity - at), at)
    this.#buffer.set(last.subarray(this.#capacity - at), 0)
    this.#written += chunk.length
  }

  slice(from: number, to: number): Buffer {
    const start = this.#written > this.#capacity ? this.#written % this.#capacity : 0
    const inOrder = Buffer.concat([this.#buffer.subarray(start), this.#buffer.subarray(0, start)])
    return inOrder.subarray(from, Math.min(to, this.length))
  }
}
