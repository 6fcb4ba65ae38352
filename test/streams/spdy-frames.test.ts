import { constants, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dataFrame, openStreams, pingFrame, SpdyReader } from '../../src/streams/spdy-frames.ts'

const SYN_STREAM = 0x80030001

/** What SYN_STREAM frames say: the numbers of their streams, and the blocks of their headers. */
function blocksOf(frames: Buffer): { ids: number[]; blocks: Buffer[] } {
  const ids: number[] = []
  const blocks: Buffer[] = []
  for (let at = 0; at < frames.length; ) {
    expect(frames.readUInt32BE(at)).toBe(SYN_STREAM)
    const end = at + 8 + frames.readUInt32BE(at + 4)
    ids.push(frames.readUInt32BE(at + 8))
    blocks.push(frames.subarray(at + 18, end))
    at = end
  }
  return { ids, blocks }
}

test('streams are opened with odd numbers, and their headers are one zlib stream, whole after each', () => {
  const { ids, blocks } = blocksOf(openStreams(['error', 'stdin']))
  expect(ids).toEqual([1, 3])
  const read = (blocks: readonly Buffer[]): string =>
    inflateSync(Buffer.concat(blocks), { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1')
  const error = '\0\0\0\x01\0\0\0\x0astreamtype\0\0\0\x05error'
  expect(read(blocks.slice(0, 1))).toBe(error)
  expect(read(blocks)).toBe(`${error}\0\0\0\x01\0\0\0\x0astreamtype\0\0\0\x05stdin`)
})

test('frames are found wherever their bytes are cut', () => {
  const data = fc.record({
    stream: fc.integer({ min: 1, max: 9 }),
    bytes: fc.uint8Array({ maxLength: 70_000 }),
    isLast: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(data, { maxLength: 5 }), fc.array(fc.nat(200_000)), (sent, cuts) => {
      const bytes = Buffer.concat([
        ...sent.map(({ stream, bytes, isLast }) => dataFrame(stream, bytes, isLast)),
        pingFrame(7),
      ])
      const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length]
      const reader = new SpdyReader()
      const found = places.slice(1).flatMap((end, at) => reader.push(bytes.subarray(places[at], end)))
      expect(
        found.map((frame) =>
          frame.kind === 'data' ? { ...frame, data: frame.data.toString('hex') } : frame,
        ),
      ).toEqual([
        ...sent.map(({ stream, bytes, isLast }) => ({
          kind: 'data',
          stream,
          data: Buffer.from(bytes).toString('hex'),
          isLast,
        })),
        { kind: 'ping', id: 7 },
      ])
    }),
    { numRuns: 50 },
  )
})

test.each([
  ['accepted', [0x80, 3, 0, 2, 0, 0, 0, 4, 0, 0, 0, 5], { kind: 'accepted', stream: 5 }],
  ['reset', [0x80, 3, 0, 3, 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 1], { kind: 'reset', stream: 3 }],
  ['a frame of settings', [0x80, 3, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0], { kind: 'other' }],
  ['a frame of nothing', [0x80, 3, 0, 7, 0, 0, 0, 0], { kind: 'other' }],
])('%s', (_what, bytes, frame) => {
  expect(new SpdyReader().push(Buffer.from(bytes))).toEqual([frame])
})
