const KINDS = ['hello', 'stdin', 'stdinEnd', 'accepted', 'refused', 'stdout', 'stderr', 'end'] as const
export type FrameKind = (typeof KINDS)[number]

export interface Frame {
  readonly kind: FrameKind
  readonly payload: Buffer
}

/** The place of its kind (one byte), the payload's length (four, the highest first), the payload. */
const HEAD_BYTES = 5
const MAX_PAYLOAD_BYTES = 256 * 1024

/** What is said between `krmpod build` and a `docker` of its kustomize, in as many frames as it needs. */
export function encode(kind: FrameKind, payload: Uint8Array = new Uint8Array()): Buffer {
  const frames: Buffer[] = []
  for (let start = 0; start === 0 || start < payload.length; start += MAX_PAYLOAD_BYTES)
    frames.push(encodeOne(kind, payload.subarray(start, start + MAX_PAYLOAD_BYTES)))
  return Buffer.concat(frames)
}

export function encodeJson(kind: FrameKind, value: unknown): Buffer {
  return encode(kind, Buffer.from(JSON.stringify(value)))
}

function encodeOne(kind: FrameKind, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEAD_BYTES + payload.length)
  frame.writeUInt8(KINDS.indexOf(kind), 0)
  frame.writeUInt32BE(payload.length, 1)
  frame.set(payload, HEAD_BYTES)
  return frame
}

/** The whole frames of a connection. One that is cut within a frame throws; whether it should have ended is the caller's to know. */
export async function* decode(chunks: AsyncIterable<unknown>): AsyncGenerator<Frame, void, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    for (let end = frameEnd(rest); end <= rest.length; end = frameEnd(rest)) {
      yield { kind: kindOf(rest), payload: rest.subarray(HEAD_BYTES, end) }
      rest = rest.subarray(end)
    }
  }
  if (rest.length > 0) throw new Error('the connection was cut within a frame')
}

/** Where the first frame ends; more than there is as long as its head is not whole. */
function frameEnd(bytes: Buffer): number {
  if (bytes.length < HEAD_BYTES) return HEAD_BYTES
  const length = bytes.readUInt32BE(1)
  if (length > MAX_PAYLOAD_BYTES) throw new Error(`a frame of ${length} bytes`)
  return HEAD_BYTES + length
}

function kindOf(bytes: Buffer): FrameKind {
  const kind = KINDS[bytes.readUInt8(0)]
  if (kind === undefined) throw new Error('a frame of no known kind')
  return kind
}
