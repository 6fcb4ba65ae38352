import { createHash } from 'node:crypto'
import { FORMAT } from './key.ts'

/** What a function that ended well has printed. */
export interface Kept {
  readonly stderr: Buffer
  readonly stdout: Buffer
}

/** The same while it is being written: read once, in this order. */
export interface ToKeep {
  readonly stderrBytes: number
  readonly stdoutBytes: number
  /** All of stderr, then all of stdout. */
  readonly chunks: () => AsyncIterable<Uint8Array>
}

/** An entry is checked as a whole before the first byte of it is used, in memory. */
export const MAX_ENTRY_BYTES: number = 64 * 1024 * 1024
const DIGEST_BYTES = 32
const HEADER = /^krmpod-cache \d+ ([a-f0-9]{64}) (\d+) (\d+)\n/
/** The numbers of the longest header take less. */
const MAX_HEADER_BYTES = 160

export function entryBytes(key: string, toKeep: ToKeep): number {
  return headerOf(key, toKeep).length + toKeep.stderrBytes + toKeep.stdoutBytes + DIGEST_BYTES
}

/** An entry: one line of what is in it, stderr, stdout, and the sha256 of all that. */
export async function* entryOf(key: string, toKeep: ToKeep): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256')
  const header = headerOf(key, toKeep)
  hash.update(header)
  yield header
  for await (const chunk of toKeep.chunks()) {
    hash.update(chunk)
    yield chunk
  }
  yield hash.digest()
}

/** Undefined: these are not, byte for byte, what was written under this key. */
export function readEntry(key: string, bytes: Buffer): Kept | undefined {
  const end = bytes.length - DIGEST_BYTES
  if (end < 0) return undefined
  const body = bytes.subarray(0, end)
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(end))) return undefined
  const [header, itsKey, stderrBytes, stdoutBytes] =
    HEADER.exec(body.toString('latin1', 0, MAX_HEADER_BYTES)) ?? []
  if (header === undefined || itsKey !== key) return undefined
  const kept = { stderrBytes: Number(stderrBytes), stdoutBytes: Number(stdoutBytes) }
  // Another format has another header, too.
  if (headerOf(key, kept).toString('latin1') !== header) return undefined
  const at = header.length + kept.stderrBytes
  if (at + kept.stdoutBytes !== body.length) return undefined
  return { stderr: body.subarray(header.length, at), stdout: body.subarray(at) }
}

function headerOf(key: string, { stderrBytes, stdoutBytes }: Omit<ToKeep, 'chunks'>): Buffer {
  return Buffer.from(`krmpod-cache ${FORMAT} ${key} ${stderrBytes} ${stdoutBytes}\n`)
}
