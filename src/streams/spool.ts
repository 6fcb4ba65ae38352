import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const MEMORY_BYTES = 8 * 1024 * 1024
const READ_BYTES = 256 * 1024
const FIRST_BYTES = 16 * 1024

/**
 * Bytes that must be kept until it is known whether they may be used: in memory up to 8 MiB, then in a private
 * temporary file that has no name any more, so that nothing stays behind however the process ends.
 * Can be read from its start while it is still being written, and more than once.
 */
export class Spool {
  #memory = Buffer.alloc(0)
  #file: number | undefined
  #bytes = 0
  #ended = false
  #closed = false
  #failure: Error | undefined
  #wake: (() => void)[] = []
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  get bytes(): number {
    return this.#bytes
  }

  get ended(): boolean {
    return this.#ended
  }

  write(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#closed) return
    if (this.#file === undefined && this.#bytes + chunk.length > MEMORY_BYTES) this.#spill()
    if (this.#file === undefined) this.#remember(chunk)
    else writeFully(this.#file, chunk)
    this.#bytes += chunk.length
    this.#notify()
  }

  end(): void {
    this.#ended = true
    this.#notify()
  }

  /** The source of the bytes broke: whoever reads gets this error. */
  fail(error: Error): void {
    this.#failure ??= error
    this.end()
  }

  /** All bytes from the first, in chunks of at most 256 KiB, waiting for more until the spool has ended. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    let position = 0
    for (;;) {
      const chunk = this.slice(position, Math.min(this.#bytes, position + READ_BYTES))
      if (chunk.length > 0) {
        position += chunk.length
        yield chunk
      } else if (this.#ended) {
        if (this.#failure) throw this.#failure
        return
      } else {
        await new Promise<void>((resolve) => this.#wake.push(resolve))
      }
    }
  }

  /** The bytes from `start` up to, not including, `end`; negative counts from the end, as Array.slice. */
  slice(start: number, end: number = this.#bytes): Buffer {
    const from = Math.max(0, start < 0 ? this.#bytes + start : start)
    const to = Math.min(this.#bytes, end)
    if (to <= from) return Buffer.alloc(0)
    if (this.#file !== undefined) return readFully(this.#file, from, to)
    return Buffer.from(this.#memory.subarray(from, to))
  }

  /** Lets go of everything; whoever still reads or writes finds that it has ended. */
  close(): void {
    this.#closed = true
    this.end()
    this.#memory = Buffer.alloc(0)
    this.#bytes = 0
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #remember(chunk: Uint8Array): void {
    if (this.#bytes + chunk.length > this.#memory.length) {
      const larger = Buffer.allocUnsafe(
        Math.max(2 * this.#memory.length, this.#bytes + chunk.length, FIRST_BYTES),
      )
      this.#memory.copy(larger, 0, 0, this.#bytes)
      this.#memory = larger
    }
    this.#memory.set(chunk, this.#bytes)
  }

  #spill(): void {
    const path = join(this.#directory, `krmpod-${randomBytes(9).toString('hex')}`)
    const file = openSync(path, 'wx+', 0o600)
    unlinkSync(path)
    this.#file = file
    writeFully(file, this.#memory.subarray(0, this.#bytes))
    this.#memory = Buffer.alloc(0)
  }

  #notify(): void {
    const waiting = this.#wake
    this.#wake = []
    for (const wake of waiting) wake()
  }
}

function writeFully(file: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done)
}

function readFully(file: number, from: number, to: number): Buffer {
  const buffer = Buffer.allocUnsafe(to - from)
  let done = 0
  while (done < buffer.length) {
    const read = readSync(file, buffer, done, buffer.length - done, from + done)
    if (read === 0) throw new Error('the temporary file of a spool is shorter than what was written to it')
    done += read
  }
  return buffer
}
