import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { Channels } from '../../src/streams/channels.ts'
import { Spool } from '../../src/streams/spool.ts'

const SUCCESS = Buffer.concat([Buffer.of(3), Buffer.from('{"status":"Success"}')])

let server: WebSocketServer
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'v5.channel.k8s.io' })
  await once(server, 'listening')
})
afterEach(() => {
  for (const client of server.clients) client.terminate()
  server.close()
})

interface Pair {
  readonly channels: Channels
  readonly far: WebSocket
  readonly got: { stdout: Buffer; stderr: Buffer }
}

async function connect(options: { autoPong?: boolean } = {}): Promise<Pair> {
  const { port } = server.address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, ['v5.channel.k8s.io'])
  server.options.autoPong = options.autoPong ?? true
  const far = once(server, 'connection') as Promise<[WebSocket]>
  const got = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  const keep = (stream: 'stdout' | 'stderr') => (data: Buffer) => {
    got[stream] = Buffer.concat([got[stream], data])
  }
  const channels = await new Promise<Channels>((resolve) => {
    socket.once('upgrade', ({ socket: wire }: IncomingMessage) => {
      socket.once('open', () =>
        resolve(new Channels(socket, wire, { stdout: keep('stdout'), stderr: keep('stderr') })),
      )
    })
  })
  return { channels, far: (await far)[0], got }
}

/** All of stdin and its end were sent, with a ping behind each that the server has not answered. */
async function fedWithoutAnswers(): Promise<Pair & { pings: readonly Buffer[] }> {
  const pair = await connect({ autoPong: false })
  const pings: Buffer[] = []
  pair.far.on('ping', (nonce: Buffer) => pings.push(nonce))
  await pair.channels.feed(spool(randomBytes(1000)))
  await expect.poll(() => pings.length).toBe(2)
  return { ...pair, pings }
}

function spool(bytes: Buffer): Spool {
  const made = new Spool(tmpdir())
  made.write(bytes)
  made.end()
  return made
}

describe('output', () => {
  test('goes to its stream, in messages that are cut at any byte', async () => {
    const { channels, far, got } = await connect()
    const noise = randomBytes(5000)
    for (const cut of [1, 2, 2500, 5000]) {
      far.send(Buffer.concat([Buffer.of(1), noise.subarray(0, cut - 1)]), { fin: false })
      far.send(noise.subarray(cut - 1), { fin: true })
      far.send(Buffer.concat([Buffer.of(2), Buffer.of(cut % 256)]))
    }
    far.send(SUCCESS)
    far.close(1000)
    expect(await channels.ended).toEqual({ status: { kind: 'success' }, closeCode: 1000 })
    expect(got.stdout.equals(Buffer.concat([noise, noise, noise, noise]))).toBe(true)
    expect([...got.stderr]).toEqual([1, 2, 196, 136])
    expect(channels.received).toBe(20_004)
  })

  test('that comes with the handshake is not lost', async () => {
    server.once('connection', (far: WebSocket) => {
      far.send(Buffer.from('\u0001at once'))
      far.send(SUCCESS)
      far.close(1000)
    })
    const { channels, got } = await connect()
    await channels.ended
    expect(got.stdout.toString()).toBe('at once')
  })

  test('on channels that nobody knows is no fault', async () => {
    const { channels, far, got } = await connect()
    for (const message of [Buffer.alloc(0), Buffer.of(9, 9), Buffer.of(255, 1)]) far.send(message)
    far.send(SUCCESS)
    far.close(1000)
    expect((await channels.ended).status).toEqual({ kind: 'success' })
    expect(got.stdout.length + got.stderr.length).toBe(0)
  })
})

describe('the end', () => {
  test.each([
    ['a close without a status', (far: WebSocket) => far.close(1000), { closeCode: 1000 }],
    ['a reset', (far: WebSocket) => far.terminate(), { closeCode: 1006 }],
    [
      '1011 after a status',
      (far: WebSocket) => far.send(SUCCESS, () => far.close(1011)),
      { status: { kind: 'success' }, closeCode: 1011 },
    ],
    [
      'a status and no close',
      (far: WebSocket) => far.send(SUCCESS),
      { status: { kind: 'success' }, closeCode: 1000 },
    ],
    [
      'a status that is none',
      (far: WebSocket) => far.send(Buffer.from('\u0003oops'), () => far.close()),
      { status: { kind: 'failure' } },
    ],
  ])('%s', async (_what, end, expected) => {
    const { channels, far } = await connect()
    end(far)
    expect(await channels.ended).toMatchObject(expected)
    channels.terminate()
  })
})

describe('stdin', () => {
  test('is sent in messages of at most 64 KiB, then its end, with pings that tell what was taken', async () => {
    const { channels, far } = await connect()
    const messages: Buffer[] = []
    far.on('message', (message: Buffer) => messages.push(message))
    const input = randomBytes(300_000)
    await channels.feed(spool(input))
    await expect.poll(() => channels.stdinTaken).toBe(true)
    expect(messages.at(-1)).toEqual(Buffer.of(255, 0))
    const data = messages.slice(0, -1)
    expect(Math.max(...data.map(({ length }) => length))).toBeLessThanOrEqual(64 * 1024 + 1)
    expect(Buffer.concat(data.map((message) => message.subarray(1))).equals(input)).toBe(true)
    expect(channels.sent).toBe(messages.length)
  })

  test('is known to be taken though the function ends, and its stream, as soon as it has read the end', async () => {
    const { channels, far } = await connect()
    far.on('message', (message: Buffer) => {
      if (!message.equals(Buffer.of(255, 0))) return
      far.send(SUCCESS)
      far.close(1000)
    })
    await channels.feed(spool(randomBytes(1000)))
    expect(await channels.ended).toEqual({ status: { kind: 'success' }, closeCode: 1000 })
    expect(channels.stdinTaken).toBe(true)
  })

  test.each([
    ['comes after all of stdin was taken', ['pong', 'stdout'], true],
    ['comes before', ['stdout', 'pong'], false],
    ['comes, but no answer', ['stdout'], false],
    ['does not come', ['pong'], false],
    ['comes, and the answer behind the status', ['status', 'pong', 'stdout'], false],
    ['comes behind the status', ['pong', 'status', 'stdout'], false],
  ])('a word of the function that %s', async (_what, order, expected) => {
    const { channels, far } = await connect({ autoPong: false })
    far.once('ping', (nonce: Buffer) => {
      for (const step of order) {
        if (step === 'pong') far.pong(nonce)
        if (step === 'stdout') far.send(Buffer.from('\u0001word'))
        if (step === 'status') far.send(SUCCESS)
      }
      if (!order.includes('status')) far.send(SUCCESS)
      far.close(1000)
    })
    await channels.feed(spool(randomBytes(1000)))
    await channels.ended
    expect(channels.hasReplied).toBe(expected)
  })

  test("is taken before its end is, and the server's answers tell which", async () => {
    const { channels, far, pings } = await fedWithoutAnswers()
    far.pong(pings[0])
    await expect.poll(() => channels.stdinTaken).toBe(true)
    expect(channels.stdinEndTaken).toBe(false)
    far.pong(pings[1])
    await expect.poll(() => channels.stdinEndTaken).toBe(true)
  })

  test('is sent in one write with the ping behind it: no echo comes before its answer', async () => {
    const writes: Buffer[] = []
    server.once('connection', (_far: WebSocket, { socket }: IncomingMessage) => {
      socket.prependListener('data', (bytes: Buffer) => writes.push(bytes))
    })
    const { channels } = await connect()
    await channels.feed(spool(Buffer.from('in')))
    await expect.poll(() => channels.stdinEndTaken).toBe(true)
    const [MESSAGE, PING] = [0x82, 0x89]
    // Masked: a header of 6 bytes, and 3 of channel and data.
    expect([writes[0]?.[0], writes[0]?.[9]]).toEqual([MESSAGE, PING])
  })

  test('has its end only when it may end', async () => {
    const { channels, far } = await connect()
    const frames: number[] = []
    far.on('message', (frame: Buffer) => frames.push(frame[0] ?? -1))
    let mayEnd: () => void = () => undefined
    const fed = channels.feed(spool(Buffer.from('in')), new Promise<void>((resolve) => (mayEnd = resolve)))
    await expect.poll(() => channels.stdinTaken).toBe(true)
    await sleep(50)
    expect(frames).toEqual([0])
    mayEnd()
    await fed
    await expect.poll(() => frames).toEqual([0, 255])
  })

  test('a connection that ends before it may end ends it without a fault', async () => {
    const { channels, far } = await connect()
    const fed = channels.feed(spool(Buffer.from('in')), new Promise<void>(() => undefined))
    await expect.poll(() => channels.stdinTaken).toBe(true)
    far.terminate()
    await fed
    expect(channels.stdinEndTaken).toBe(false)
  })

  test('one answer is enough for all pings before it', async () => {
    const { channels, far, pings } = await fedWithoutAnswers()
    far.pong(randomBytes(8))
    far.pong(pings[1])
    await expect.poll(() => channels.stdinEndTaken).toBe(true)
    expect(channels.stdinTaken).toBe(true)
  })

  test('is not taken while the server leaves it unread', async () => {
    const { channels, far } = await connect()
    far.pause()
    void channels.feed(spool(randomBytes(1000)))
    await sleep(100)
    expect(channels.stdinTaken).toBe(false)
    far.resume()
    await expect.poll(() => channels.stdinTaken).toBe(true)
  })

  test('waits with its source while the server does not take it', async () => {
    const { channels, far } = await connect()
    far.pause()
    const source = new Spool(tmpdir())
    for (let piece = 0; piece < 400; piece += 1) source.write(Buffer.alloc(64 * 1024, piece))
    source.end()
    const fed = channels.feed(source)
    await sleep(300)
    expect(channels.sent).toBeLessThan(200)
    far.resume()
    await fed
    expect(channels.sent).toBe(401)
    source.close()
  })

  test('a connection that ends first ends it without a fault, and nothing of it was taken', async () => {
    const { channels, far } = await connect()
    far.terminate()
    await channels.ended
    await channels.feed(spool(randomBytes(100_000)))
    expect({ sent: channels.sent, taken: channels.stdinTaken }).toEqual({ sent: 0, taken: false })
  })

  test('a source that breaks is an error', async () => {
    const { channels } = await connect()
    const source = new Spool(tmpdir())
    source.fail(new Error('EIO'))
    await expect(channels.feed(source)).rejects.toThrow('EIO')
  })

  test.each([
    ['the close was answered', (far: WebSocket) => far.on('close', () => undefined), true],
    ['the container had ended before', (far: WebSocket) => far.send(SUCCESS, () => far.close(1000)), true],
    ['the connection was cut', (far: WebSocket) => far.on('message', () => far.terminate()), false],
  ])('over v4, closing is its end: %s', async (_what, prepare, expected) => {
    const { channels, far } = await connect()
    prepare(far)
    await sleep(20)
    expect(await channels.feedAndClose(spool(randomBytes(1000)))).toBe(expected)
  })
})
