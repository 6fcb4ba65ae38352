import type { Writable } from 'node:stream'
import type { WebSocket } from 'ws'
import { CLOSE_STDIN, decodeFrame, STDIN_CHUNK_BYTES, stdinFrame } from './frames.ts'
import { type Mark, Marks } from './marks.ts'
import { parseStatusFrame, type StreamStatus } from './status-frame.ts'

export interface Sinks {
  stdout(data: Buffer): void
  stderr(data: Buffer): void
}

/** How a connection ended. Without a status frame it was cut, whatever the close code says. */
export interface StreamEnd {
  readonly status?: StreamStatus
  readonly closeCode: number
}

/** What can be read from its start, once for each connection that it is fed to. */
export interface Source {
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

type Wire = Pick<Writable, 'cork' | 'uncork'>

/** Of what was sent and not taken: more waits. */
export const HIGH_WATER_BYTES: number = 1024 * 1024
// For load balancers that drop quiet connections. A missing pong means nothing while stdin is not being read.
export const PING_MS = 25_000
const CLOSE_GRACE_MS = 100

/** One attach connection: stdout and stderr into sinks as they come, stdin out of a spool with backpressure. */
export class Channels {
  readonly ended: Promise<StreamEnd>
  readonly protocol: string
  #received = 0
  #stdoutBytes = 0
  #sent = 0
  #moved = 0
  /** Behind the last of stdin. */
  #lastMark: Mark | undefined
  /** Behind stdin's end. */
  #endMark: Mark | undefined
  #status: StreamStatus | undefined
  readonly #marks = new Marks()
  readonly #socket: WebSocket
  readonly #wire: Wire
  readonly #pings: NodeJS.Timeout

  /** `wire`: what the socket is written to. Must be called in the turn in which it opened, or frames are lost. */
  constructor(socket: WebSocket, wire: Wire, sinks: Sinks) {
    this.#socket = socket
    this.#wire = wire
    this.protocol = socket.protocol
    const ping = (): void => {
      if (socket.readyState === socket.OPEN) socket.ping()
    }
    this.#pings = setInterval(ping, PING_MS).unref()
    this.ended = this.#listen(sinks)
  }

  /** v5: stdin can end while the connection stays. Over v4 its end is that of a connection of its own. */
  get hasHalfClose(): boolean {
    return !this.protocol.startsWith('v4')
  }

  /** The node itself answered, so an open connection is an attached one; over v5 an API server may answer for it. */
  get isDirect(): boolean {
    return !this.hasHalfClose
  }

  /** Bytes of stdout and stderr so far. */
  get received(): number {
    return this.#received
  }

  /** Frames of stdin, and its end, that were given to the connection. */
  get sent(): number {
    return this.#sent
  }

  /** Grows as long as the other end takes what it is sent, and answers pings. */
  get moved(): number {
    return this.#moved
  }

  /**
   * The server has taken all of stdin off the connection: it answers pings in the order of frames, and not while the
   * function leaves earlier stdin unread.
   */
  get stdinTaken(): boolean {
    return this.#lastMark?.stdoutBytes !== undefined
  }

  /** And stdin's end, too. */
  get stdinEndTaken(): boolean {
    return this.#endMark?.stdoutBytes !== undefined
  }

  /** Some of stdout has come since all of stdin was taken: whoever took it still had the function. */
  get hasReplied(): boolean {
    const since = this.#lastMark?.stdoutBytes
    return since !== undefined && this.#stdoutBytes > since
  }

  /** Sends all of `stdin`, then, once `mayEnd`, its end. Returns early, without an error, when the connection ends first. */
  async feed(stdin: Source, mayEnd?: Promise<void>): Promise<void> {
    // Marked before the end: a function that has read it ends, and its server closes whatever is still to be answered.
    const last = await this.#sendAll(stdin)
    if (!last) return
    this.#lastMark = last
    if (mayEnd) await Promise.race([mayEnd, this.ended])
    if (await this.#send(CLOSE_STDIN)) this.#endMark = this.#mark()
  }

  /**
   * Sends all of `stdin` and closes: the only end of stdin that v4 has. True when the server answered our close, or
   * said before that the container has ended: nothing of stdin was cut then, the function did not want it.
   *
   * A close can overtake the data before it: with it, containerd stops a copy that has taken a message and not passed
   * it on (internal/cri/io, Attach; pkg/ioutil, NewWrapReadCloser). The copy comes back for another message, if only an
   * empty one, once it has.
   */
  async feedAndClose(stdin: Source): Promise<boolean> {
    if (!(await this.#sendAll(stdin))) return (await this.ended).status?.kind === 'success'
    await this.#send(stdinFrame(new Uint8Array()))
    const taken = new Promise<undefined>((resolve) => this.#mark(() => resolve(undefined)))
    const end = await Promise.race([taken, this.ended])
    if (end) return end.status?.kind === 'success'
    this.#socket.close(1000)
    const { closeCode } = await this.ended
    return closeCode !== 1006
  }

  terminate(): void {
    clearInterval(this.#pings)
    this.#socket.terminate()
  }

  /** The mark behind the last of it; undefined: the connection has ended. */
  async #sendAll(stdin: Source): Promise<Mark | undefined> {
    let last: Mark | undefined
    for await (const chunk of stdin.read()) {
      for (let at = 0; at < chunk.length; at += STDIN_CHUNK_BYTES) {
        const end = at + STDIN_CHUNK_BYTES
        // Nobody knows yet whether there is more. What the function says to this must not overtake the mark's answer: one
        // write takes both. And what the system keeps for a slow connection is not on its way: only answers tell that.
        this.#wire.cork()
        const sent = this.#send(stdinFrame(chunk.subarray(at, end)))
        if (end >= chunk.length) last = this.#mark()
        this.#wire.uncork()
        if (!(await sent)) return undefined
      }
    }
    return last ?? this.#mark()
  }

  #mark(onTaken?: () => void): Mark {
    const mark = this.#marks.add(onTaken)
    this.#socket.ping(mark.nonce)
    return mark
  }

  #send(frame: Uint8Array): Promise<boolean> {
    const socket = this.#socket
    if (socket.readyState !== socket.OPEN) return Promise.resolve(false)
    return new Promise((resolve) => {
      const wait = socket.bufferedAmount > HIGH_WATER_BYTES
      this.#sent += 1
      socket.send(frame, (error) => {
        this.#moved += 1
        resolve(!error)
      })
      if (!wait) resolve(true)
    })
  }

  #listen(sinks: Sinks): Promise<StreamEnd> {
    const socket = this.#socket
    return new Promise((resolve) => {
      const end = (closeCode: number): void => {
        clearInterval(this.#pings)
        resolve({ ...(this.#status && { status: this.#status }), closeCode })
      }
      socket.on('message', (message: Buffer) => {
        const frame = decodeFrame(message)
        if (frame.kind === 'stdout' || frame.kind === 'stderr') {
          this.#received += frame.data.length
          // Behind a status that came first, it may be what the function said long before.
          if (frame.kind === 'stdout' && !this.#status) this.#stdoutBytes += frame.data.length
          sinks[frame.kind](frame.data)
        } else if (frame.kind === 'status') {
          this.#status = parseStatusFrame(frame.data.toString('utf8'))
          // The server closes next; one that does not is not waited for.
          if (this.stdinTaken) end(1000)
          else setTimeout(() => end(1000), CLOSE_GRACE_MS).unref()
        }
      })
      socket.on('pong', (data: Buffer) => {
        this.#moved += 1
        // What comes behind the status is no word of the node's.
        if (!this.#status) this.#marks.answer(data, this.#stdoutBytes)
      })
      socket.on('close', (code: number) => end(code))
      // An error is always followed by close, and close without a status says all that matters.
      socket.on('error', () => undefined)
    })
  }
}
