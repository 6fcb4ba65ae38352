import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode, type Frame, type FrameKind } from '../../src/build/frames.ts'

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) {
    yield await Promise.resolve(bytes.subarray(start, start + size))
  }
}

async function framesOf(bytes: Buffer, size: number): Promise<{ frames: Frame[]; isCut: boolean }> {
  const frames: Frame[] = []
  try {
    for await (const frame of decode(chunksOf(bytes, size))) frames.push(frame)
    return { frames, isCut: false }
  } catch {
    return { frames, isCut: true }
  }
}

const kind = fc.constantFrom<FrameKind>('hello', 'stdin', 'stdout', 'stderr', 'end')
const said = fc.array(fc.tuple(kind, fc.uint8Array({ maxLength: 40 })), { minLength: 1, maxLength: 6 })

test('whatever the chunks, the frames are those that were said', async () => {
  await fc.assert(
    fc.asyncProperty(said, fc.integer({ min: 1, max: 50 }), async (sent, size) => {
      const bytes = Buffer.concat(sent.map(([name, payload]) => encode(name, payload)))
      const { frames, isCut } = await framesOf(bytes, size)
      expect(isCut).toBe(false)
      expect(frames.map((frame) => [frame.kind, new Uint8Array(frame.payload)])).toEqual(sent)
    }),
  )
})

test('a cut at any byte within a frame is noticed, and gives only whole frames', async () => {
  await fc.assert(
    fc.asyncProperty(said, fc.nat(), fc.integer({ min: 1, max: 50 }), async (sent, cut, size) => {
      const encoded = sent.map(([name, payload]) => encode(name, payload))
      const bytes = Buffer.concat(encoded)
      const at = cut % bytes.length
      const ends = encoded.map((_frame, index) => Buffer.concat(encoded.slice(0, index + 1)).length)
      const { frames, isCut } = await framesOf(bytes.subarray(0, at), size)
      expect(frames).toHaveLength(ends.filter((end) => end <= at).length)
      expect(isCut).toBe(at > 0 && !ends.includes(at))
    }),
  )
})

test('a payload larger than a frame takes several', async () => {
  const payload = Buffer.alloc(2_500_000, 'x')
  const { frames } = await framesOf(encode('stdout', payload), 65_536)
  expect(frames).toHaveLength(10)
  expect(Buffer.concat(frames.map((frame) => frame.payload)).equals(payload)).toBe(true)
})

test.each([
  ['of no known kind', Buffer.from([99, 0, 0, 0, 0])],
  ['of 4 GiB', Buffer.from([1, 255, 255, 255, 255])],
])('a frame %s is refused at its head', async (_what, bytes) => {
  expect(await framesOf(bytes, 5)).toEqual({ frames: [], isCut: true })
})
