import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { attachBySpdy } from '../../src/cluster/attach-by-spdy.ts'
import type { SpdyStreams } from '../../src/streams/spdy-streams.ts'

const UPGRADED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n'
const SUCCESS = Buffer.from('{"metadata":{},"status":"Success"}')
const [ERROR, STDIN, STDOUT, STDERR] = [1, 3, 5, 7]
const REPLIES = Buffer.concat([ERROR, STDIN, STDOUT, STDERR].map((stream) => control(2, stream)))

function control(type: number, ...words: number[]): Buffer {
  return Buffer.concat([
    Buffer.of(0x80, 3, 0, type, 0, 0, 0, 4 * words.length),
    ...words.map((word) => Buffer.of(0, 0, 0, word)),
  ])
}

function data(stream: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0, 0, 0, stream, 0, 0, 0, bytes.length), bytes])
}

interface Node {
  readonly socket: Duplex
  /** All that came over it so far. */
  readonly heard: () => Buffer
}

interface Attaching {
  readonly attached: Promise<SpdyStreams>
  /** The node's end of the connection, whatever becomes of it. */
  readonly node: Promise<Node>
  readonly stop: AbortController
  readonly said: string[]
}

let servers: http.Server[] = []
afterEach(() => {
  for (const server of servers) server.close()
  servers = []
})

async function attaching(answer: (socket: Duplex) => void): Promise<Attaching> {
  const server = http.createServer()
  servers.push(server)
  const node = new Promise<Node>((resolve) => {
    server.on('upgrade', (_request, socket: Duplex) => {
      const chunks: Buffer[] = []
      socket.on('data', (chunk: Buffer) => chunks.push(chunk))
      socket.on('error', () => undefined)
      answer(socket)
      resolve({ socket, heard: () => Buffer.concat(chunks) })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const api = new ApiClient({ server: url, source: 'a test', tls: {}, headers: () => Promise.resolve({}) })
  const stop = new AbortController()
  const said: string[] = []
  const sinks = {
    stdout: (bytes: Buffer) => void said.push(`stdout ${bytes.toString()}`),
    stderr: (bytes: Buffer) => void said.push(`stderr ${bytes.toString()}`),
  }
  const pod = { namespace: 'n', name: 'p', container: 'c' }
  const attached = attachBySpdy(api, { ...pod, sinks, signal: stop.signal })
  attached.catch(() => undefined) // it may fail before the test comes to expect that
  return { attached, node, stop, said }
}

/** The client's end of it is. */
async function closed({ socket }: Node): Promise<void> {
  if (!socket.readableEnded && !socket.closed)
    await Promise.race([
      once(socket, 'end'),
      once(socket, 'close'),
      sleep(3_000).then(() => expect.unreachable('the connection stays open')),
    ])
}

test('a refusal is told, and its connection closed, though the server would keep it', async () => {
  const refusal = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno!'
  const { attached, node } = await attaching((socket) => socket.write(refusal))
  await expect(attached).rejects.toMatchObject({ name: 'ApiError', status: 400, message: 'no!' })
  await closed(await node)
})

test.each<[string, (socket: Duplex) => void]>([
  ['cut', (socket) => socket.end(UPGRADED)],
  [
    'one stream refused',
    (socket) => {
      socket.write(UPGRADED)
      socket.write(control(2, ERROR))
      socket.write(control(3, STDIN, 1))
    },
  ],
])('%s before there are streams: nothing was attached', async (_what, answer) => {
  const { attached, node } = await attaching(answer)
  await expect(attached).rejects.toMatchObject({
    name: 'ConnectionError',
    problem: 'ECONNRESET',
    message: 'it closed before there were streams',
  })
  await closed(await node)
})

test.each<[string, (socket: Duplex) => void]>([
  ['before an answer', () => undefined],
  ['before there are streams', (socket) => socket.write(UPGRADED)],
])('given up %s, it leaves no connection', async (_what, answer) => {
  const { attached, node, stop } = await attaching(answer)
  const there = await node
  await sleep(50)
  stop.abort(new Error('enough'))
  await expect(attached).rejects.toMatchObject({ name: 'ConnectionError' })
  await closed(there)
})

test('given up afterwards, its streams end as cut', async () => {
  const { attached, node, stop } = await attaching((socket) =>
    socket.write(Buffer.concat([Buffer.from(UPGRADED), REPLIES])),
  )
  const streams = await attached
  stop.abort(new Error('enough'))
  expect(await streams.ended).toEqual({ closeCode: 1006 })
  await closed(await node)
})

test('what comes with the answer is heard, and what a node says at its end', async () => {
  const { attached, node, said } = await attaching((socket) =>
    socket.write(Buffer.concat([Buffer.from(UPGRADED), REPLIES, data(STDERR, Buffer.from('early'))])),
  )
  const streams = await attached
  const { socket } = await node
  socket.write(data(STDOUT, Buffer.from('out')))
  // As kubelet ends: no stream is ended, all are reset.
  socket.write(data(ERROR, SUCCESS))
  socket.write(control(3, ERROR, 5))
  expect(await streams.ended).toEqual({ status: { kind: 'success' }, closeCode: 1000 })
  expect(said).toEqual(['stderr early', 'stdout out'])
  expect(streams.received).toBe(8)
})

test('a status is one if the connection ends behind it', async () => {
  const { attached, node } = await attaching((socket) =>
    socket.write(Buffer.concat([Buffer.from(UPGRADED), REPLIES])),
  )
  const streams = await attached
  const { socket } = await node
  socket.end(data(ERROR, Buffer.from('{"status":"Failure","message":"it is gone"}')))
  expect(await streams.ended).toEqual({ status: { kind: 'failure', message: 'it is gone' }, closeCode: 1000 })
})

test("a server's ping is answered; its own are, in any order", async () => {
  const { attached, node } = await attaching((socket) =>
    socket.write(Buffer.concat([Buffer.from(UPGRADED), REPLIES])),
  )
  const streams = await attached
  const { socket, heard } = await node
  await streams.feed({ read: () => [Buffer.from('a'), Buffer.from('b')] })
  expect(streams.stdinEndTaken).toBe(false)
  socket.write(Buffer.concat([control(6, 5), control(6, 1), control(6, 2)]))
  while (!heard().subarray(-12).equals(control(6, 2))) await sleep(5)
  expect(streams.stdinEndTaken).toBe(true)
  expect(streams.moved).toBe(3 + 2)
})
