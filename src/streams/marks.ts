import { randomBytes } from 'node:crypto'

/** A ping behind what was sent until then: a server answers pings in the order of frames. */
export interface Mark {
  readonly nonce: Buffer
  readonly onTaken: (() => void) | undefined
  /** How much of stdout had come when it was answered; undefined: it was not. */
  stdoutBytes?: number
}

/** The marks of one connection that are not answered yet, in the order in which they were sent. */
export class Marks {
  #waiting: readonly Mark[] = []

  add(onTaken?: () => void): Mark {
    const mark: Mark = { nonce: randomBytes(8), onTaken }
    this.#waiting = [...this.#waiting, mark]
    return mark
  }

  /** A server may answer the latest of several pings alone (RFC 6455, 5.5.3). */
  answer(nonce: Buffer, stdoutBytes: number): void {
    const count = this.#waiting.findIndex((mark) => mark.nonce.equals(nonce)) + 1
    for (const mark of this.#waiting.slice(0, count)) {
      mark.stdoutBytes = stdoutBytes
      mark.onTaken?.()
    }
    this.#waiting = this.#waiting.slice(count)
  }
}
