import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLOSE_STDIN, decodeFrame, STDIN_CHUNK_BYTES, stdinFrame } from '../../src/streams/frames.ts'

describe('frames', () => {
  test.each([
    [1, 'stdout'],
    [2, 'stderr'],
    [3, 'status'],
  ])('channel %i is %s', (channel, kind) => {
    const frame = decodeFrame(Buffer.of(channel, 1, 2, 255))
    expect(frame).toEqual({ kind, data: Buffer.of(1, 2, 255) })
  })

  test('an empty message on a channel is no data, and no fault: servers begin with one', () => {
    expect(decodeFrame(Buffer.of(1))).toEqual({ kind: 'stdout', data: Buffer.alloc(0) })
  })

  test.each([[Buffer.alloc(0)], [Buffer.of(0, 1)], [Buffer.of(4, 1)], [Buffer.of(255, 1)]])(
    '%j is not for us',
    (message) => {
      expect(decodeFrame(message)).toEqual({ kind: 'unknown', channel: message[0] })
    },
  )

  test('stdin is its channel and the data as they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (data) => {
        const frame = stdinFrame(data)
        expect(frame[0]).toBe(0)
        expect(Buffer.compare(frame.subarray(1), data)).toBe(0)
      }),
    )
  })

  test('the end of stdin is exactly two bytes, and a message far below the 32 MiB that servers take', () => {
    expect([...CLOSE_STDIN]).toEqual([255, 0])
    expect(STDIN_CHUNK_BYTES).toBeLessThanOrEqual(1024 * 1024)
  })
})
