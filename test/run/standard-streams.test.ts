import { PassThrough, Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { flushed, readInto, writeTo } from '../../src/run/standard-streams.ts'
import { Spool } from '../../src/streams/spool.ts'

const { signal } = new AbortController()
const epipe = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
const pieces = Array.from({ length: 20 }, (_, index) => Buffer.alloc(10_000, index))

/** Takes so many pieces, and then this happens. */
function takes(
  count: number,
  then: (stream: Writable, done: (error?: Error | null) => void) => void,
): Writable {
  let taken = 0
  const stream = new Writable({
    highWaterMark: 1000,
    write(_chunk, _encoding, done) {
      taken += 1
      if (taken > count) then(this, done)
      else setImmediate(done)
    },
  })
  stream.on('error', () => undefined)
  return stream
}

describe('writing', () => {
  test('hands over everything, and leaves the stream open', async () => {
    const stream = new PassThrough()
    const got: Buffer[] = []
    stream.on('data', (chunk: Buffer) => got.push(chunk))
    await writeTo(stream, pieces, signal)
    await flushed(stream)
    expect(Buffer.concat(got).equals(Buffer.concat(pieces))).toBe(true)
    expect(stream.writable).toBe(true)
  })

  test.each([
    ['fails', (_stream: Writable, done: (error: Error) => void) => done(epipe)],
    ['is destroyed with an error', (stream: Writable) => void stream.destroy(epipe)],
  ])('to a stream that %s fails with its error', async (_what, end) => {
    await expect(writeTo(takes(3, end), pieces, signal)).rejects.toBe(epipe)
  })

  test('to a stream that is closed without a word fails, too', async () => {
    const stream = takes(3, (self) => void self.destroy())
    await expect(writeTo(stream, pieces, signal)).rejects.toThrow('nobody reads it any more')
  })

  test('to a stream that was broken before fails at once', async () => {
    const stream = takes(0, () => undefined).destroy(epipe)
    await new Promise((resolve) => setImmediate(resolve))
    await expect(writeTo(stream, pieces, signal)).rejects.toBe(epipe)
  })

  test('to a stream that is never taken from ends with the signal', async () => {
    const controller = new AbortController()
    const wait = writeTo(
      takes(0, () => undefined),
      pieces,
      controller.signal,
    )
    setTimeout(() => controller.abort(), 10)
    await expect(wait).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('reading', () => {
  test('keeps what comes, and its end', async () => {
    const spool = new Spool('/nonexistent')
    await readInto(spool, Readable.from(pieces))
    expect(spool.slice(0).equals(Buffer.concat(pieces))).toBe(true)
    expect(spool.ended).toBe(true)
  })

  test('a source that breaks is told to whoever reads on', async () => {
    const spool = new Spool('/nonexistent')
    await readInto(
      spool,
      new Readable({
        read: () => {
          throw epipe
        },
      }),
    )
    await expect(spool.read().next()).rejects.toBe(epipe)
  })

  test.each<[string, () => Readable]>([
    ['is gone before its end', () => destroyedSoon(new PassThrough())],
    ['was gone before', () => new PassThrough().destroy()],
    ['says more than there is room for', () => Readable.from([Buffer.alloc(9 * 1024 * 1024)])],
  ])('a source that %s has no end', async (_what, source) => {
    const spool = new Spool('/nonexistent')
    await readInto(spool, source())
    await expect(text(spool.read())).rejects.toThrow(/premature|Premature|ENOENT/)
  })

  test('one that was paused is read, too', async () => {
    const spool = new Spool('/nonexistent')
    const source = Readable.from(pieces).pause()
    await readInto(spool, source)
    expect(spool.bytes).toBe(Buffer.concat(pieces).length)
  })
})

function destroyedSoon(stream: PassThrough): PassThrough {
  stream.write('a part')
  setTimeout(() => stream.destroy(), 10)
  return stream
}
