/** One WebSocket frame (RFC 6455 §5.2), with the bytes it came in. */
export interface Frame {
  readonly final: boolean
  readonly opcode: number
  /** As it was sent: a client's is masked. */
  readonly payload: Buffer
  readonly mask: Buffer | undefined
  readonly raw: Buffer
}

export const OPCODE = { continuation: 0, binary: 2, close: 8, ping: 9, pong: 10 } as const

const MASKED = 0x80
const FINAL = 0x80

/** Finds the frames in a stream of bytes, wherever it is cut into chunks. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): readonly Frame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const frames: Frame[] = []
    for (let frame = read(this.#rest); frame; frame = read(this.#rest)) {
      frames.push(frame)
      this.#rest = this.#rest.subarray(frame.raw.length)
    }
    return frames
  }
}

function read(bytes: Buffer): Frame | undefined {
  const [first = 0, second = 0] = bytes
  const short = second & 0x7f
  const maskAt = short === 127 ? 10 : short === 126 ? 4 : 2
  const payloadAt = maskAt + (second & MASKED ? 4 : 0)
  if (bytes.length < payloadAt) return undefined
  const length =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  const end = payloadAt + length
  if (bytes.length < end) return undefined
  return {
    final: (first & FINAL) !== 0,
    opcode: first & 0x0f,
    payload: bytes.subarray(payloadAt, end),
    mask: payloadAt > maskAt ? bytes.subarray(maskAt, payloadAt) : undefined,
    raw: bytes.subarray(0, end),
  }
}

/** What the sender meant: the payload without its mask. */
export function plainPayload({ payload, mask }: Frame): Buffer {
  if (!mask) return payload
  return Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0)))
}

/** A frame as a server sends it, without a mask. */
export function serverFrame(opcode: number, payload: Buffer, final = true): Frame {
  const { length } = payload
  const head = Buffer.alloc(length > 0xffff ? 10 : length > 125 ? 4 : 2)
  head[0] = (final ? FINAL : 0) | opcode
  head[1] = length > 0xffff ? 127 : length > 125 ? 126 : length
  if (length > 0xffff) head.writeBigUInt64BE(BigInt(length), 2)
  else if (length > 125) head.writeUInt16BE(length, 2)
  return { final, opcode, payload, mask: undefined, raw: Buffer.concat([head, payload]) }
}
