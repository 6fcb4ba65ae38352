import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { constants, inflateSync } from 'node:zlib'

const TYPE = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const
const FIN = 1
const CANCEL = 5
const CHANNELS = ['stdin', 'stdout', 'stderr', 'error'] as const

/**
 * A node's end of a SPDY connection, with the surface of a WebSocket of v5: what comes on the streams of remotecommand,
 * and goes, are messages of its channels. Strict where moby/spdystream is.
 */
export class SpdySocket extends EventEmitter {
  readonly OPEN = 1
  readonly CLOSED = 3
  readonly protocol = 'v5.channel.k8s.io'
  readonly #socket: Duplex
  readonly #streams = new Map<string, number>()
  #rest: Buffer = Buffer.alloc(0)
  /** The header blocks of a connection are one zlib stream. */
  #headers: Buffer = Buffer.alloc(0)
  #headersRead = 0
  #lastStream = 0

  constructor(socket: Duplex) {
    super()
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#push(chunk))
    socket.on('error', (error) => this.emit('error', error))
    socket.once('close', () => this.emit('close'))
    socket.once('end', () => socket.end())
  }

  get readyState(): number {
    return this.#socket.destroyed ? this.CLOSED : this.OPEN
  }

  get bufferedAmount(): number {
    return this.#socket.writableLength
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  terminate(): void {
    this.#socket.destroy()
  }

  /** As a node does: every stream is reset, and then all is over. */
  close(): void {
    const reset = (id: number): Buffer => control(TYPE.rstStream, Buffer.concat([uint32(id), uint32(CANCEL)]))
    for (const id of this.#streams.values()) this.#socket.write(reset(id))
    this.#socket.write(control(TYPE.goAway, Buffer.concat([uint32(0), uint32(0)])))
    this.#socket.end()
  }

  pong(id: Buffer): void {
    this.#socket.write(control(TYPE.ping, id))
  }

  /** The first byte is the channel. */
  send(message: Buffer | string, sent: () => void = () => undefined): void {
    const type = typeof message === 'string' ? undefined : CHANNELS[message[0] ?? -1]
    const stream = this.#streams.get(type ?? '')
    const data = Buffer.from(message).subarray(1)
    if (stream === undefined) this.#socket.write('', () => sent())
    else this.#socket.write(dataFrame(stream, data), () => sent())
  }

  #push(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= 8) {
      const end = 8 + this.#rest.readUIntBE(5, 3)
      if (this.#rest.length < end) return
      const frame = this.#rest.subarray(0, end)
      this.#rest = this.#rest.subarray(end)
      if (frame.readUInt8() < 0x80) this.#data(frame)
      else this.#control(frame)
    }
  }

  #data(frame: Buffer): void {
    if (frame.readUInt32BE() !== this.#streams.get('stdin')) throw new Error('data for a stream that is none')
    if (frame.length > 8) this.emit('message', Buffer.concat([Buffer.of(0), frame.subarray(8)]))
    if ((frame.readUInt8(4) & FIN) !== 0) this.emit('message', Buffer.of(255, 0))
  }

  #control(frame: Buffer): void {
    if (frame.readUInt16BE() !== 0x8003) throw new Error('not SPDY/3')
    const type = frame.readUInt16BE(2)
    if (type === TYPE.ping) this.emit('ping', Buffer.from(frame.subarray(8)))
    else if (type === TYPE.synStream) this.#open(frame.subarray(8))
    else throw new Error(`a frame of type ${type}`)
  }

  #open(body: Buffer): void {
    const id = body.readUInt32BE()
    if (id % 2 !== 1 || id <= this.#lastStream) throw new Error(`stream ${id} after ${this.#lastStream}`)
    this.#lastStream = id
    this.#headers = Buffer.concat([this.#headers, body.subarray(10)])
    const all = inflateSync(this.#headers, { finishFlush: constants.Z_SYNC_FLUSH })
    const type = headersOf(all.subarray(this.#headersRead)).get('streamtype')
    this.#headersRead = all.length
    this.#streams.set(type ?? '', id)
    this.#socket.write(control(TYPE.synReply, Buffer.from(body.subarray(0, 4))))
    if (CHANNELS.every((one) => this.#streams.has(one))) this.emit('open')
  }
}

function headersOf(block: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  let at = 4
  const text = (): string => {
    const start = at + 4
    at = start + block.readUInt32BE(at)
    return block.toString('latin1', start, at)
  }
  for (let left = block.readUInt32BE(); left > 0; left -= 1) headers.set(text(), text())
  if (at !== block.length) throw new Error('a header block with a rest')
  return headers
}

function dataFrame(stream: number, data: Buffer): Buffer {
  return Buffer.concat([uint32(stream), uint32(data.length), data])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function control(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16BE(0x8003)
  head.writeUInt16BE(type, 2)
  head.writeUInt32BE(body.length, 4)
  return Buffer.concat([head, body])
}
