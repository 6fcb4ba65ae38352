import { once } from 'node:events'
import { finished, type Readable, type Writable } from 'node:stream'
import type { Spool } from '../streams/spool.ts'

/** Keeps the caller's stdin from its first byte, while the cluster is still being asked. */
export function readInto(spool: Spool, stdin: Readable): Promise<void> {
  return new Promise((resolve) => {
    stdin.on('data', (chunk: Buffer) => {
      try {
        spool.write(chunk)
      } catch (error) {
        stdin.destroy(error as Error)
      }
    })
    stdin.resume()
    finished(stdin, { writable: false }, (error) => {
      if (error) spool.fail(error)
      else spool.end()
      resolve()
    })
  })
}

/** Writes with backpressure, until the signal; never closes the stream, which is the caller's. */
export async function writeTo(
  stream: Writable,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    if (chunk.length > 0 && !stream.write(chunk)) await drained(stream, signal)
  }
}

/** A stream that has been destroyed never drains, and does not say so either. */
async function drained(stream: Writable, signal: AbortSignal): Promise<void> {
  if (stream.destroyed) throw stream.errored ?? new Error('nobody reads it any more')
  const settled = new AbortController()
  const until = { signal: AbortSignal.any([signal, settled.signal]) }
  const closed = once(stream, 'close', until).then(() => {
    throw stream.errored ?? new Error('nobody reads it any more')
  })
  try {
    await Promise.race([once(stream, 'drain', until), closed])
  } finally {
    closed.catch(() => undefined)
    settled.abort()
  }
}

/** Resolves when everything written so far has left this process. */
export function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write('', (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
}
