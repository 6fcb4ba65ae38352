import type { Deed, StreamDeed } from './deed.ts'
import { reframe } from './reframe.ts'
import type { Due } from './strikes.ts'
import { type Frame, OPCODE, serverFrame } from './websocket.ts'

/** What is known of a stream, and can be done to it besides its frames. */
export interface Link {
  readonly isV4: boolean
  /** Nothing of stdin is to come on this connection. */
  stdinEnded: boolean
  /** The client is not told when the API server closes the connection. */
  staysOpen: boolean
  readonly endClient: () => void
}

/** What becomes of frames on their way to the client, in the chunk in which they came. */
export type Step = (frames: readonly Frame[]) => readonly Frame[]

type StepOf<D extends Deed> = (due: Due<D>, link: Link) => Step

const STEPS: { readonly [K in StreamDeed['kind']]: StepOf<Extract<StreamDeed, { kind: K }>> } = {
  swallow: ({ deed, take }, link) =>
    eachFrame((frame) => {
      if (!isA(deed.what, frame) || !take()) return [frame]
      link.staysOpen ||= deed.what === 'close'
      return []
    }),

  closeCode: ({ deed, take }, link) =>
    eachFrame((frame) => {
      if (!isA('close', frame) || !take()) return [frame]
      const code = Buffer.alloc(2)
      code.writeUInt16BE(deed.code)
      // 1006 is what a client notes when there was no close frame.
      if (deed.code !== 1006) return [serverFrame(OPCODE.close, code)]
      setImmediate(link.endClient)
      return []
    }),

  statusFirst: ({ take }) => {
    let held: readonly Frame[] = []
    return eachFrame((frame) => {
      if (isA('pong', frame)) return [frame]
      const before = held
      held = isA('output', frame) ? [frame] : []
      if (isA('status', frame) && before.length > 0 && take()) return [frame, ...before]
      return held.length > 0 ? before : [...before, frame]
    })
  },

  earlySuccess: ({ deed, take }, link) => {
    let passed = 0
    let state: 'passes' | 'lies' = 'passes'
    return eachFrame((frame) => {
      if (state === 'lies') return []
      if (!isA('output', frame)) return [frame]
      const room = Math.max(0, deed.bytes - passed)
      passed += frame.payload.length - 1
      if (passed <= deed.bytes || !link.stdinEnded || !take()) return [frame]
      state = 'lies'
      const said = serverFrame(OPCODE.binary, frame.payload.subarray(0, 1 + room))
      return [said, SUCCESS, serverFrame(OPCODE.close, Buffer.of(3, 232))]
    })
  },

  reframe: ({ deed, take }) => {
    const shuffled = reframe(deed.seed)
    return (frames) => (frames.some((frame) => isA('output', frame)) && take() ? shuffled(frames) : frames)
  },

  seeFalseOpen: ({ take }) =>
    eachFrame((frame) => {
      if (isA('status', frame) && frame.payload.includes('unable to upgrade connection')) take()
      return [frame]
    }),
}

const SUCCESS = serverFrame(OPCODE.binary, Buffer.from('\u0003{"metadata":{},"status":"Success"}'))

export function stepsFor(dues: readonly Due[], link: Link): readonly Step[] {
  return dues.flatMap((due) => {
    const { kind } = due.deed
    // The table's row for this kind takes a due of this kind.
    return kind in STEPS ? [(STEPS[kind as StreamDeed['kind']] as StepOf<Deed>)(due, link)] : []
  })
}

function eachFrame(step: (frame: Frame) => readonly Frame[]): Step {
  return (frames) => frames.flatMap(step)
}

function isA(what: 'status' | 'output' | 'close' | 'pong', { opcode, payload }: Frame): boolean {
  if (what === 'close') return opcode === OPCODE.close
  if (what === 'pong') return opcode === OPCODE.pong
  const [channel = 0] = payload
  if (opcode !== OPCODE.binary) return false
  return what === 'status' ? channel === 3 : (channel === 1 || channel === 2) && payload.length > 1
}
