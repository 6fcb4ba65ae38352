import type { Duplex } from 'node:stream'
import { HIGH_WATER_BYTES, PING_MS, type Sinks, type Source, type StreamEnd } from './channels.ts'
import { dataFrame, openStreams, pingFrame, type SpdyFrame, SpdyReader } from './spdy-frames.ts'
import { parseStatusFrame } from './status-frame.ts'

/** In the order in which they are opened. */
const STREAM = { error: 1, stdin: 3, stdout: 5, stderr: 7 } as const
const DATA_BYTES = 64 * 1024
const MAX_STATUS_BYTES = 64 * 1024

/** One attach connection over SPDY: what Channels is over a WebSocket. */
export class SpdyStreams {
  readonly hasHalfClose = true
  /** What comes over it is the node's own word: API servers pass its bytes on. */
  readonly isDirect = true
  readonly ended: Promise<StreamEnd>
  /** The node has all four streams. Pending for ever if the connection ends first. */
  readonly accepted: Promise<void>
  #received = 0
  #moved = 0
  #pings = 0
  #answered = 0
  #endPing: number | undefined
  readonly #socket: Duplex
  readonly #timer: NodeJS.Timeout

  /** `socket`: upgraded, and with nothing said on it yet. */
  constructor(socket: Duplex, sinks: Sinks) {
    this.#socket = socket
    this.#timer = setInterval(() => this.#ping(), PING_MS).unref()
    let accept: () => void = () => undefined
    this.accepted = new Promise((resolve) => (accept = resolve))
    this.ended = this.#listen(sinks, accept)
    socket.write(openStreams(Object.keys(STREAM)))
  }

  /** Bytes of stdout and stderr so far. */
  get received(): number {
    return this.#received
  }

  /** Grows as long as the other end takes what it is sent, and answers pings. */
  get moved(): number {
    return this.#moved
  }

  /** The other end has read stdin's end off the connection; a little of stdin may still be on its way in there. */
  get stdinEndTaken(): boolean {
    return this.#endPing !== undefined && this.#answered >= this.#endPing
  }

  /** Sends all of `stdin`, and its end. Returns early, without an error, when the connection ends first. */
  async feed(stdin: Source): Promise<void> {
    for await (const chunk of stdin.read()) {
      for (let at = 0; at < chunk.length; at += DATA_BYTES) {
        if (!(await this.#send(dataFrame(STREAM.stdin, chunk.subarray(at, at + DATA_BYTES))))) return
      }
      // What the system keeps for a slow connection is not on its way: only answers tell that.
      this.#ping()
    }
    if (await this.#send(dataFrame(STREAM.stdin, Buffer.alloc(0), true))) this.#endPing = this.#ping()
  }

  terminate(): void {
    clearInterval(this.#timer)
    this.#socket.destroy()
  }

  #send(frame: Buffer): Promise<boolean> {
    const socket = this.#socket
    if (!socket.writable) return Promise.resolve(false)
    return new Promise((resolve) => {
      const wait = socket.writableLength > HIGH_WATER_BYTES
      socket.write(frame, (error) => {
        this.#moved += 1
        resolve(!error)
      })
      if (!wait) resolve(true)
    })
  }

  /** The client's pings are odd. */
  #ping(): number {
    this.#pings += 1
    if (this.#socket.writable) this.#socket.write(pingFrame(2 * this.#pings - 1))
    return this.#pings
  }

  #listen(sinks: Sinks, accept: () => void): Promise<StreamEnd> {
    const socket = this.#socket
    const reader = new SpdyReader()
    const missing = new Set<number>(Object.values(STREAM))
    let status: Buffer = Buffer.alloc(0)
    return new Promise((resolve) => {
      const end = (): void => {
        clearInterval(this.#timer)
        const said = status.length > 0 ? { status: parseStatusFrame(status.toString('utf8')) } : {}
        resolve({ ...said, closeCode: status.length > 0 ? NORMAL : CUT })
      }
      const take = (frame: SpdyFrame): void => {
        if (frame.kind === 'accepted' && missing.delete(frame.stream) && missing.size === 0) accept()
        else if (frame.kind === 'ping') this.#pinged(frame.id)
        else if (frame.kind === 'reset' && missing.size > 0) socket.destroy()
        // A node resets all streams when it has said its status.
        else if (frame.kind === 'reset' && frame.stream === STREAM.error) end()
        else if (frame.kind === 'data' && frame.stream !== STREAM.error) this.#output(frame, sinks)
        else if (frame.kind === 'data') {
          status = Buffer.concat([status, frame.data.subarray(0, MAX_STATUS_BYTES - status.length)])
          if (frame.isLast) end()
        }
      }
      socket.on('data', (chunk: Buffer) => reader.push(chunk).forEach(take))
      socket.on('close', end)
      // An error is always followed by close, and close without a status says all that matters.
      socket.on('error', () => undefined)
      socket.on('end', () => socket.destroy())
    })
  }

  /**
   * Our own comes back as an answer; the server's wants one. spdystream answers in no order: its workers take pings in
   * turns, and that of stdin is behind.
   */
  #pinged(id: number): void {
    if (id % 2 === 0) this.#socket.write(pingFrame(id))
    else {
      this.#moved += 1
      this.#answered = Math.max(this.#answered, (id + 1) / 2)
    }
  }

  #output({ stream, data }: { stream: number; data: Buffer }, sinks: Sinks): void {
    if (data.length === 0) return
    this.#received += data.length
    if (stream === STREAM.stdout) sinks.stdout(data)
    else if (stream === STREAM.stderr) sinks.stderr(data)
  }
}

/** As a WebSocket's close codes say it. */
const NORMAL = 1000
const CUT = 1006
