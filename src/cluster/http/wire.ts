import type { Socket } from 'node:net'
import { AnswerParser } from './answer-parser.ts'
import { Body } from './body.ts'
import { ANSWER_TIMEOUT_MS, type Answer, abortError, hangUp, noAnswer, PROBE_MS } from './transport.ts'

interface WireEvents {
  /** It can carry another request. */
  readonly onFree: () => void
  readonly onGone: () => void
}

/** A request that is under way. */
interface Exchange {
  readonly parser: AnswerParser
  /** Whoever waits for it is told; a body that has begun breaks off. */
  readonly fail: (error: Error) => void
  readonly stop: () => void
}

/** One connection: requests one after the other. */
export class Wire {
  readonly #socket: Socket
  readonly #events: WireEvents
  #exchange: Exchange | undefined

  /** `socket`: open, or being opened. */
  constructor(socket: Socket, events: WireEvents) {
    this.#socket = socket
    this.#events = events
    socket.on('data', (data) => this.#hear(data))
    socket.once('end', () => this.#hearEnd())
    // That there is an error is told by the end that follows.
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#fail(socket.errored ?? hangUp())
      events.onGone()
    })
  }

  /** Resolves when the answer has begun. Rejects with an AbortError once the signal is aborted. */
  send(request: Buffer, signal: AbortSignal | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const socket = this.#socket
      const body = new Body({
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        abandon: () => this.close(),
      })
      const abort = (): void => this.#fail(abortError(signal))
      const timer = setTimeout(() => this.#fail(noAnswer()), ANSWER_TIMEOUT_MS)
      const parser = new AnswerParser({
        onHead: (status, headers) => {
          clearTimeout(timer)
          resolve({ status, headers, body })
        },
        onBody: (piece) => body.push(piece),
        onWhole: (isLast) => {
          this.#stop()
          body.end()
          // A server may answer before it has read all of a request.
          if (isLast || socket.writableLength > 0) this.close()
          else this.#rest()
        },
      })
      const fail = (error: Error): void => {
        reject(error)
        body.fail(error)
      }
      const stop = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
      this.#exchange = { parser, fail, stop }
      signal?.addEventListener('abort', abort, { once: true })
      socket.ref()
      socket.write(request)
    })
  }

  get isOpen(): boolean {
    return this.#socket.readable && this.#socket.writable
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Whoever ends now need not wait for it. */
  #rest(): void {
    // Its last answer may not have been read yet.
    this.#socket.resume()
    this.#socket.unref()
    this.#socket.setKeepAlive(true, PROBE_MS)
    this.#events.onFree()
  }

  #hear(data: Buffer): void {
    const { parser } = this.#exchange ?? {}
    // Nobody has asked: the server is about to close it.
    if (!parser) this.close()
    try {
      parser?.push(data)
    } catch (error) {
      this.#fail(error as Error)
      this.close()
    }
  }

  #hearEnd(): void {
    try {
      this.#exchange?.parser.end()
    } catch (error) {
      this.#fail(this.#socket.errored ?? (error as Error))
    }
    this.close()
  }

  #fail(error: Error): void {
    const { fail } = this.#exchange ?? {}
    this.#stop()
    if (!fail) return
    fail(error)
    this.close()
  }

  #stop(): void {
    this.#exchange?.stop()
    this.#exchange = undefined
  }
}
