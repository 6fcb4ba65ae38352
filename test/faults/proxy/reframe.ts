import { type Frame, OPCODE, serverFrame } from './websocket.ts'

/** The same bytes on the same channels, in other messages, and these in other fragments. */
export function reframe(seed: number): (frames: readonly Frame[]) => readonly Frame[] {
  const next = randomNumbers(seed)
  return (frames) => joined(frames, next).flatMap((frame) => split(frame, next))
}

/** Neighbours on one channel become one message, now and then. */
function joined(frames: readonly Frame[], next: () => number): readonly Frame[] {
  const all: Frame[] = []
  for (const frame of frames) {
    const last = all.at(-1)
    if (last && isOutput(last) && isOutput(frame) && last.payload[0] === frame.payload[0] && next() < 0.5) {
      const payload = Buffer.concat([last.payload, frame.payload.subarray(1)])
      all[all.length - 1] = serverFrame(OPCODE.binary, payload)
    } else all.push(frame)
  }
  return all
}

/** Into two messages, or into two fragments of one (RFC 6455 §5.4), or not at all. */
function split(frame: Frame, next: () => number): readonly Frame[] {
  if (!isOutput(frame) || frame.payload.length < 3) return [frame]
  const { payload } = frame
  const how = next()
  const at = 1 + Math.floor(next() * (payload.length - 1))
  const [first, second] = [payload.subarray(0, at), payload.subarray(at)]
  if (how < 0.4) {
    const again = Buffer.concat([payload.subarray(0, 1), second])
    return [serverFrame(OPCODE.binary, first), serverFrame(OPCODE.binary, again)]
  }
  if (how < 0.8) {
    return [serverFrame(OPCODE.binary, first, false), serverFrame(OPCODE.continuation, second)]
  }
  return [frame]
}

function isOutput({ opcode, final, payload }: Frame): boolean {
  return opcode === OPCODE.binary && final && (payload[0] === 1 || payload[0] === 2)
}

/** mulberry32: the same numbers for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
