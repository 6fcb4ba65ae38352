import { setTimeout as sleep } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import type { AttachFaults } from './attach-faults.ts'
import type { FakeContainer } from './container.ts'

/** What is taken of stdin before the process has read it: a node of 1.36 answered a ping that came behind so much. */
const UPSTREAM_BYTES = 1024 * 1024

interface Receiving {
  readonly faults: AttachFaults
  readonly container: FakeContainer
  readonly onUpstreamCut: () => void
}

/** A frame that came while the API server was still asking the node. */
export interface EarlyFrame {
  readonly kind: 'message' | 'ping'
  readonly data: Buffer
}

/**
 * stdin on its way in, in the order of frames. While the process does not read, there is room for some more on the way;
 * then no more frames are taken, and so no pings answered.
 */
export class StdinReceiver {
  readonly #socket: WebSocket
  readonly #receiving: Receiving
  #queue: Promise<void> = Promise.resolve()
  #taken = 0
  #written = 0
  #isDeaf = false
  /** What has been taken and not passed on, where a close can overtake it. */
  #onItsWay: Buffer = Buffer.alloc(0)

  constructor(socket: WebSocket, receiving: Receiving, early: readonly EarlyFrame[]) {
    this.#socket = socket
    this.#receiving = receiving
    for (const { kind, data } of early) {
      if (kind === 'ping') this.#answer(data)
      else this.#take(data)
    }
    socket.on('message', (message: Buffer) => this.#take(message))
    socket.on('ping', (data: Buffer) => this.#answer(data))
    // stdinOnce: the first who leaves takes stdin with it. Over v4 this is the only end it has.
    socket.once('close', () => this.#enqueue(() => this.#end()))
  }

  /** Whatever comes from now on does not reach the function, which reads an end. */
  loseNode(): void {
    this.#isDeaf = true
    this.#end()
  }

  #take(message: Buffer): void {
    if (message[0] === 0) this.#takeData(message.subarray(1))
    else this.#enqueue(() => this.#control(message))
  }

  /** A cut is made on arrival: nothing that comes after it in the connection may be answered any more. */
  #takeData(data: Buffer): void {
    const { faults } = this.#receiving
    const limit = Math.min(
      faults.cutAfterStdinBytes ?? Infinity,
      faults.upstreamCutAfterStdinBytes ?? Infinity,
    )
    const part = this.#isDeaf ? Buffer.alloc(0) : data.subarray(0, Math.max(0, limit - this.#taken))
    this.#taken += part.length
    this.#enqueue(() => this.#write(part))
    if (part.length === data.length || this.#isDeaf) return
    this.#isDeaf = true
    if (limit === faults.cutAfterStdinBytes) this.#socket.terminate()
    else {
      faults.onNodeLost?.()
      this.#enqueue(this.#receiving.onUpstreamCut)
    }
  }

  #answer(ping: Buffer): void {
    this.#enqueue(() => {
      if (this.#socket.readyState === this.#socket.OPEN) this.#socket.pong(ping)
    })
  }

  /** One after the other, and no frame more until these are done. */
  #enqueue(step: () => void | Promise<void>): void {
    this.#socket.pause()
    const queue = this.#queue.then(step)
    this.#queue = queue
    void queue.then(() => {
      if (this.#queue === queue && this.#socket.readyState !== this.#socket.CLOSED) this.#socket.resume()
    })
  }

  async #write(sent: Buffer): Promise<void> {
    const { faults, container } = this.#receiving
    if (faults.msForEachMessage) await sleep(faults.msForEachMessage)
    const data = this.#arriving(sent)
    const passedOn = faults.closeOvertakesStdin ? this.#onItsWay : data
    this.#onItsWay = data
    const written = container.stdin.write(passedOn)
    if (container.stdin.unread > UPSTREAM_BYTES) await written
    if (this.#written >= (faults.stallsAfterStdinBytes ?? Infinity)) await new Promise(() => undefined)
  }

  /** What is left of it on the way. */
  #arriving(sent: Buffer): Buffer {
    const { changesStdinAt, stallsAfterStdinBytes = Infinity } = this.#receiving.faults
    const data = Buffer.from(sent.subarray(0, Math.max(0, stallsAfterStdinBytes - this.#written)))
    const at = (changesStdinAt ?? -1) - this.#written
    if (at >= 0 && at < data.length) data[at] = (data[at] ?? 0) ^ 1
    this.#written += data.length
    return data
  }

  /** `[255, 0]` is the end of stdin. v4 does not know it, and drops it. */
  #control(message: Buffer): void {
    if (this.#socket.protocol.startsWith('v5') && message.equals(CLOSE_STDIN)) this.#end()
  }

  #end(): void {
    this.#receiving.container.stdin.end()
  }
}

const CLOSE_STDIN = Buffer.of(255, 0)
