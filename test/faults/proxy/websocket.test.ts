import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reframe } from './reframe.ts'
import { type Frame, FrameReader, OPCODE, plainPayload, serverFrame } from './websocket.ts'

const payloads = fc.array(
  fc.uint8Array({ maxLength: 70_000 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 6 },
)

test('frames are found wherever their bytes are cut', () => {
  fc.assert(
    fc.property(payloads, fc.array(fc.nat(200_000)), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map((payload) => serverFrame(OPCODE.binary, payload).raw))
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
      const reader = new FrameReader()
      const found = places.slice(1).flatMap((end, at) => reader.push(bytes.subarray(places[at], end)))
      expect(found.map(({ payload }) => payload.toString('hex'))).toEqual(
        sent.map((one) => one.toString('hex')),
      )
    }),
    { numRuns: 50 },
  )
})

test("a client's frame is read through its mask", () => {
  const reader = new FrameReader()
  const [frame] = reader.push(Buffer.from([0x82, 0x82, 1, 2, 3, 4, 255 ^ 1, 0 ^ 2]))
  expect(frame && plainPayload(frame)).toEqual(Buffer.of(255, 0))
})

test('however messages are split, joined and fragmented, each channel says the same', () => {
  const messages = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ minLength: 1, maxLength: 50 })), {
    maxLength: 20,
  })
  fc.assert(
    fc.property(messages, fc.nat(), (sent, seed) => {
      const frames = sent.map(([channel, data]) =>
        serverFrame(OPCODE.binary, Buffer.from([channel, ...data])),
      )
      expect(channelsOf(reframe(seed)(frames))).toEqual(channelsOf(frames))
    }),
  )
})

function channelsOf(frames: readonly Frame[]): Record<number, string> {
  const said: Record<number, string> = {}
  let channel = 0
  for (const { opcode, payload } of frames) {
    if (opcode !== OPCODE.continuation) channel = payload[0] ?? 0
    const data = opcode === OPCODE.continuation ? payload : payload.subarray(1)
    said[channel] = (said[channel] ?? '') + data.toString('hex')
  }
  return said
}
