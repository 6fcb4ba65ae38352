import * as net from 'node:net'
import type { Writable } from 'node:stream'
import { writeTo } from '../run/standard-streams.ts'
import type { Spool } from '../streams/spool.ts'
import type { Address } from './address.ts'
import { decode, encode, encodeJson } from './frames.ts'
import { type Hello, parseEnd } from './messages.ts'

interface Question {
  readonly address: Address
  readonly hello: Omit<Hello, 'token'>
  /** Being filled; it is kept for a run of one's own. */
  readonly stdin: Spool
  /** Takes the function's stdout; worth nothing unless the run has ended. */
  readonly stdout: Spool
  readonly stderr: Writable
  readonly signal: AbortSignal
}

/** `refused`: the build made no run. `gone`: it may have made one, and nobody knows what became of it. */
export type Answer =
  | { readonly kind: 'ended'; readonly exitCode: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'gone' }

/** A build that says neither yes nor no for so long has other troubles than a plugin for credentials, which has a minute. */
const ANSWER_MS = 90_000

/** Has the build run the function. Never rejects for what the other side does. */
export async function askBuild(question: Question): Promise<Answer> {
  const socket = net.connect(question.address.path)
  const gone = new AbortController()
  socket.on('error', () => undefined)
  socket.once('close', () => gone.abort())
  socket.setTimeout(ANSWER_MS, () => socket.destroy())
  const signal = AbortSignal.any([question.signal, gone.signal])
  // A stdin that breaks must not look as if it had ended.
  send(socket, question, signal).catch(() => socket.destroy())
  // Its first word may be lost with the connection: from here on, there may be a run.
  const hello = { isSent: false }
  socket.once('connect', () => (hello.isSent = true))
  try {
    const exitCode = await receive(socket, question)
    return exitCode === undefined ? { kind: 'refused' } : { kind: 'ended', exitCode }
  } catch {
    return { kind: hello.isSent ? 'gone' : 'refused' }
  } finally {
    socket.destroy()
  }
}

async function send(
  socket: net.Socket,
  { address, hello, stdin }: Question,
  signal: AbortSignal,
): Promise<void> {
  socket.write(encodeJson('hello', { ...hello, token: address.token }))
  await writeTo(socket, inFrames(stdin), signal)
}

async function* inFrames(stdin: Spool): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0
  for await (const chunk of stdin.read()) {
    bytes += chunk.length
    yield encode('stdin', chunk)
  }
  const count = Buffer.alloc(8)
  count.writeDoubleBE(bytes)
  yield encode('stdinEnd', count)
}

/** The exit code, once all of stdout is in its spool; undefined: refused. Throws when the connection ends before that. */
async function receive(socket: net.Socket, { stdout, stderr }: Question): Promise<number | undefined> {
  for await (const { kind, payload } of decode(socket)) {
    if (kind === 'refused') return undefined
    if (kind === 'accepted') socket.setTimeout(0)
    else if (kind === 'stdout') stdout.write(payload)
    else if (kind === 'stderr') stderr.write(payload)
    else if (kind === 'end') {
      const { exitCode, stdoutBytes } = parseEnd(payload)
      if (stdoutBytes !== stdout.bytes) throw new Error('a part of stdout is missing')
      stdout.end()
      return exitCode
    } else throw new Error(`${kind} is not what a build says`)
  }
  throw new Error('the connection was cut')
}
