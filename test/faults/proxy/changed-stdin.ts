import { type Due, ofKind } from './strikes.ts'
import { type Frame, OPCODE, plainPayload } from './websocket.ts'

/** A client's frames as bytes, with one byte of stdin changed in one of them; undefined when none is due. */
export function changesStdin(dues: readonly Due[]): ((frame: Frame) => Buffer) | undefined {
  const [due] = ofKind(dues, 'change')
  if (!due) return undefined
  let passed = 0
  return (frame) => {
    const { opcode, payload, raw } = frame
    if (opcode !== OPCODE.binary || plainPayload(frame)[0] !== 0) return raw
    const at = due.deed.at - passed
    passed += payload.length - 1
    if (at < 0 || at >= payload.length - 1 || !due.take()) return raw
    const changed = Buffer.from(raw)
    const place = raw.length - payload.length + 1 + at
    // A bit that is turned round under the mask is one without it.
    changed[place] = (changed[place] ?? 0) ^ 1
    return changed
  }
}
