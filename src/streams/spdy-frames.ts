// SPDY/3.1 as remotecommand speaks it: the frames of github.com/moby/spdystream.

/** Everything a server sends but these is of no use here. */
export type SpdyFrame =
  | { readonly kind: 'data'; readonly stream: number; readonly data: Buffer; readonly isLast: boolean }
  | { readonly kind: 'accepted' | 'reset'; readonly stream: number }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'other' }

const CONTROL = 0x80
const VERSION = 0x8003
const TYPE = { synStream: 1, synReply: 2, rstStream: 3, ping: 6 } as const
const FIN = 1
const HEAD_BYTES = 8
const MAX_ID = 0x7fffffff

/**
 * Opens one stream for each of these, with the numbers 1, 3, 5 …: the client's are odd. All in one, since the header
 * blocks of a connection are one zlib stream.
 */
export function openStreams(streamTypes: readonly string[]): Buffer {
  const frames = streamTypes.map((type, index) => {
    const block = stored(headerBlock({ streamtype: type }))
    const ids = Buffer.alloc(10)
    ids.writeUInt32BE(2 * index + 1)
    return control(TYPE.synStream, [ids, ...(index === 0 ? [ZLIB_HEAD] : []), block])
  })
  return Buffer.concat(frames)
}

/** Deflate with a window of 32 KiB, and no dictionary. */
const ZLIB_HEAD = Buffer.of(0x78, 0x01)
/** An empty stored block: at one a reader passes on what it has. */
const FLUSH = Buffer.of(0, 0, 0, 0xff, 0xff)

/** Deflate without compression: some twenty bytes are not worth more. */
function stored(data: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt16LE(data.length, 1)
  head.writeUInt16LE(~data.length & 0xffff, 3)
  return Buffer.concat([head, data, FLUSH])
}

function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(headers)
  return Buffer.concat([
    uint32(pairs.length),
    ...pairs.flat().flatMap((text) => [uint32(text.length), Buffer.from(text)]),
  ])
}

/** `isLast`: nothing more will come on this stream. The data is copied. */
export function dataFrame(stream: number, data: Uint8Array, isLast = false): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + data.length)
  frame.writeUInt32BE(stream)
  frame.writeUInt32BE((isLast ? FIN << 24 : 0) + data.length, 4)
  frame.set(data, HEAD_BYTES)
  return frame
}

/** The other end says the same back. */
export function pingFrame(id: number): Buffer {
  return control(TYPE.ping, [uint32(id)])
}

function control(type: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt16BE(VERSION)
  head.writeUInt16BE(type, 2)
  head.writeUInt32BE(body.length, 4)
  return Buffer.concat([head, body])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Finds the frames in a stream of bytes, wherever it is cut into chunks. */
export class SpdyReader {
  #rest: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): readonly SpdyFrame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const frames: SpdyFrame[] = []
    while (this.#rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.#rest.readUIntBE(5, 3)
      if (this.#rest.length < end) break
      frames.push(frameOf(this.#rest.subarray(0, end)))
      this.#rest = this.#rest.subarray(end)
    }
    return frames
  }
}

function frameOf(bytes: Buffer): SpdyFrame {
  const [first = 0] = bytes
  const isLast = ((bytes[4] ?? 0) & FIN) !== 0
  if (!(first & CONTROL)) {
    return { kind: 'data', stream: bytes.readUInt32BE(), data: bytes.subarray(HEAD_BYTES), isLast }
  }
  const type = bytes.readUInt16BE(2)
  if (bytes.length < HEAD_BYTES + 4) return { kind: 'other' }
  const id = bytes.readUInt32BE(HEAD_BYTES)
  if (type === TYPE.ping) return { kind: 'ping', id }
  if (type === TYPE.synReply) return { kind: 'accepted', stream: id & MAX_ID }
  if (type === TYPE.rstStream) return { kind: 'reset', stream: id & MAX_ID }
  return { kind: 'other' }
}
