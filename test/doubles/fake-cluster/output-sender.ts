import type { WebSocket } from 'ws'
import type { AttachFaults } from './attach-faults.ts'
import type { Client } from './container.ts'

const CHANNEL = { stdout: 1, stderr: 2, status: 3 } as const
const MESSAGE_BYTES = 32 * 1024
const HIGH_WATER_BYTES = 1024 * 1024
const SUCCESS = { metadata: {}, status: 'Success' }

interface Sending {
  readonly faults: AttachFaults
  /** 1011: the function ended without having read all of its stdin. */
  readonly closeCode: () => 1000 | 1011
  /** The node is lost to the API server: the function loses its stdin. */
  readonly onUpstreamCut: () => void
}

/** Output on its way to one client, and all that can go wrong there. */
export class OutputSender implements Client {
  readonly #socket: WebSocket
  readonly #sending: Sending
  #sent = 0
  #isOver = false
  /** With `statusFirst`: the latest message, to be sent after the status. */
  #held: Buffer | undefined

  constructor(socket: WebSocket, sending: Sending) {
    this.#socket = socket
    this.#sending = sending
    socket.once('close', () => {
      this.#isOver = true
    })
    // Servers begin with an empty message on the lowest channel that they write to.
    socket.send(frame('stdout', Buffer.alloc(0)))
  }

  async write(stream: 'stdout' | 'stderr', data: Buffer): Promise<void> {
    for (let at = 0; at < data.length; at += MESSAGE_BYTES)
      await this.#sendSome(stream, data.subarray(at, at + MESSAGE_BYTES))
  }

  end(): void {
    if (this.#isOver || this.#sending.faults.says === 'nothing') return
    if (this.#sending.faults.cutBeforeStatus) {
      this.#isOver = true
      this.#socket.send('', () => this.#socket.terminate())
    } else this.finish(SUCCESS)
  }

  finish(status: object): void {
    this.#isOver = true
    this.#socket.send(frame('status', Buffer.from(JSON.stringify(status))))
    if (this.#held) this.#socket.send(this.#held)
    if (!this.#sending.faults.staysOpen) this.#socket.close(this.#sending.closeCode())
  }

  /** The connection is lost after what was sent so far. */
  cut(): void {
    this.#isOver = true
    this.#socket.send(frame('stdout', Buffer.alloc(0)), () => this.#socket.terminate())
  }

  async #sendSome(stream: 'stdout' | 'stderr', data: Buffer): Promise<void> {
    if (this.#isOver) return
    const { cutAfterBytes, upstreamCutAfterBytes, silentAfterBytes, statusFirst } = this.#sending.faults
    const limit = Math.min(
      ...[cutAfterBytes, upstreamCutAfterBytes, silentAfterBytes].map((bytes) => bytes ?? Infinity),
    )
    const part = data.subarray(0, Math.max(0, limit - this.#sent))
    this.#sent += part.length
    if (statusFirst) this.#hold(frame(stream, part))
    else await this.#send(frame(stream, part))
    if (part.length === data.length) return
    if (cutAfterBytes === limit) this.cut()
    else if (upstreamCutAfterBytes === limit) this.#loseNode()
    else this.#isOver = true
  }

  #hold(message: Buffer): void {
    if (this.#held) this.#socket.send(this.#held)
    this.#held = message
  }

  #loseNode(): void {
    this.#sending.faults.onNodeLost?.()
    this.finish(SUCCESS)
    this.#sending.onUpstreamCut()
  }

  /** Waits like a pipe when the client does not read. */
  #send(message: Buffer): Promise<void> {
    return new Promise((resolve) => {
      const isFull = this.#socket.bufferedAmount > HIGH_WATER_BYTES
      this.#socket.send(message, () => resolve())
      if (!isFull) resolve()
    })
  }
}

function frame(channel: keyof typeof CHANNEL, data: Buffer): Buffer {
  return Buffer.concat([Buffer.of(CHANNEL[channel]), data])
}
