import { once } from 'node:events'
import * as http from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { bytesOf, linesOf } from '../../../src/cluster/http/read-body.ts'
import type { Answer } from '../../../src/cluster/http/transport.ts'
import { Wires } from '../../../src/cluster/http/wires.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

interface Peer {
  readonly wires: Wires
  readonly url: URL
  /** Every connection so far. */
  readonly sockets: readonly Socket[]
}

const opened: { readonly wires: Wires; readonly server: Server }[] = []
afterEach(() => {
  for (const { wires, server } of opened.splice(0)) {
    wires.close()
    server.close()
  }
})

/** A server that does this with each request, whose head is told, on the connection that it came over. */
async function peer(answer: (socket: Socket, head: string) => void): Promise<Peer> {
  const sockets: Socket[] = []
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (data) => answer(socket, data.toString('latin1')))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const wires = new Wires(url, undefined)
  opened.push({ wires, server })
  return { wires, url, sockets }
}

function ask({ wires, url }: Peer, signal?: AbortSignal): Promise<Answer> {
  return wires.send({ method: 'GET', url, headers: {}, ...(signal && { signal }) })
}

async function textOf(answer: Promise<Answer>): Promise<string> {
  return (await bytesOf((await answer).body)).toString()
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

describe('a connection', () => {
  test('is used again once its answer is whole', async () => {
    const server = await peer((socket) => socket.write(OK))
    for (let i = 0; i < 3; i += 1) expect(await textOf(ask(server))).toBe('ok')
    expect(server.sockets).toHaveLength(1)
  })

  test('carries one request at a time', async () => {
    const server = await peer((socket) => socket.write(OK))
    expect(await Promise.all([textOf(ask(server)), textOf(ask(server))])).toEqual(['ok', 'ok'])
    expect(server.sockets).toHaveLength(2)
  })

  test.each([
    ['says that it closes', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'],
    ['is of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['says more than it was asked', `${OK}HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n`],
  ])('that %s is not used again', async (_what, answer) => {
    const server = await peer((socket) => socket.write(answer))
    expect(await textOf(ask(server))).toBe('ok')
    expect(await textOf(ask(server))).toBe('ok')
    expect(server.sockets).toHaveLength(2)
  })

  test.each([
    ['is closed', (socket: Socket) => socket.end()],
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['says something by itself', (socket: Socket) => socket.write('HTTP/1.1 408 Request Timeout\r\n\r\n')],
  ])('that %s while nobody uses it is not used again', async (_what, end) => {
    const server = await peer((socket) => socket.write(OK))
    await textOf(ask(server))
    server.sockets.forEach(end)
    await turn()
    expect(await textOf(ask(server))).toBe('ok')
    expect(server.sockets).toHaveLength(2)
  })

  test('that was not used for long is not used again: what is in between may have forgotten it', async () => {
    const server = await peer((socket) => socket.write(OK))
    await textOf(ask(server))
    const clock = vi.spyOn(process, 'uptime').mockReturnValue(process.uptime() + 31)
    expect(await textOf(ask(server))).toBe('ok')
    clock.mockRestore()
    expect(server.sockets).toHaveLength(2)
  })

  test('is closed with the rest, and its request rejected', async () => {
    const server = await peer(() => undefined)
    const answer = ask(server)
    await expect.poll(() => server.sockets.length).toBe(1)
    server.wires.close()
    await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' })
  })
})

describe('a body', () => {
  test('comes as it is sent, and its lines whole', async () => {
    const server = await peer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\na\n\xc3\r\n', 'latin1')
      setTimeout(() => socket.write('6\r\n\xbc\nrest\r\n0\r\n\r\n', 'latin1'), 20)
    })
    const lines: string[] = []
    for await (const line of linesOf((await ask(server)).body)) lines.push(line)
    expect(lines).toEqual(['a', 'ü'])
  })

  test('that is cut breaks off, however much of it came', async () => {
    const server = await peer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell'))
    const { body } = await ask(server)
    const pieces: string[] = []
    await expect(async () => {
      for await (const piece of body) pieces.push(piece.toString())
    }).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(pieces.join('')).toBe('hell')
  })

  test('that somebody leaves before its end ends the connection', async () => {
    const server = await peer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome'))
    for await (const piece of (await ask(server)).body) {
      expect(piece.toString()).toBe('some')
      break
    }
    await expect.poll(() => server.sockets[0]?.closed).toBe(true)
  })

  test('that nobody reads to its end does not hold the next answer back', async () => {
    const size = 4 * 1024 * 1024
    const server = await peer((socket, head) => {
      if (head.startsWith('GET')) socket.write(OK)
      else
        socket.write(
          Buffer.concat([
            Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`),
            Buffer.alloc(size),
          ]),
        )
    })
    const { body } = await server.wires.send({ method: 'POST', url: server.url, headers: {} })
    for await (const piece of body) {
      expect(piece.length).toBeGreaterThan(0)
      // The rest of what comes meanwhile is read no more.
      await turn()
      break
    }
    expect(await textOf(ask(server))).toBe('ok')
  })

  test('waits at the server while nobody reads it', async () => {
    const size = 64 * 1024 * 1024
    const server = await peer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`)
      socket.write(Buffer.alloc(size))
    })
    const { body } = await ask(server)
    await turn()
    await turn()
    expect(server.sockets[0]?.writableLength).toBeGreaterThan(size / 2)
    expect((await bytesOf(body)).length).toBe(size)
  })
})

describe('a request', () => {
  test('that is stopped rejects as such, with its reason, and takes its connection with it', async () => {
    const server = await peer(() => undefined)
    const controller = new AbortController()
    const answer = ask(server, controller.signal)
    await expect.poll(() => server.sockets.length).toBe(1)
    controller.abort('enough')
    await expect(answer).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' })
    await expect.poll(() => server.sockets[0]?.closed).toBe(true)
  })

  test('that was stopped before is never sent', async () => {
    const server = await peer((socket) => socket.write(OK))
    await expect(ask(server, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
    await turn()
    expect(server.sockets).toHaveLength(0)
  })

  test('is not stopped any more when its answer is whole', async () => {
    const server = await peer((socket) => socket.write(OK))
    const controller = new AbortController()
    expect(await textOf(ask(server, controller.signal))).toBe('ok')
    controller.abort()
    expect(await textOf(ask(server))).toBe('ok')
    expect(server.sockets).toHaveLength(1)
  })

  test('whose answer is read in part is stopped, too', async () => {
    const server = await peer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome'))
    const controller = new AbortController()
    const { body } = await ask(server, controller.signal)
    const reading = bytesOf(body)
    controller.abort()
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('that nobody answers is given up after half a minute', async () => {
    const server = await peer(() => undefined)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const answer = ask(server)
    const given = expect(answer).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'no answer within 30 s',
    })
    await vi.advanceTimersByTimeAsync(30_000)
    vi.useRealTimers()
    await given
  })

  test('that is answered before all of it was read costs its connection', async () => {
    const server = await peer((socket) => {
      socket.pause()
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n')
    })
    const payload = 'x'.repeat(64 * 1024 * 1024)
    const { status } = await server.wires.send({ method: 'POST', url: server.url, headers: {}, payload })
    expect(status).toBe(413)
    expect((await ask(server)).status).toBe(413)
    expect(server.sockets).toHaveLength(2)
  })

  test('that is none takes no connection', async () => {
    const server = await peer((socket) => socket.write(OK))
    const headers = { authorization: 'Bearer a\n' }
    await expect(server.wires.send({ method: 'GET', url: server.url, headers })).rejects.toMatchObject({
      code: 'ERR_INVALID_CHAR',
    })
    await turn()
    expect(server.sockets).toHaveLength(0)
  })

  test('to nobody is refused', async () => {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    server.close()
    await once(server, 'close')
    const wires = new Wires(url, undefined)
    await expect(wires.send({ method: 'GET', url, headers: {} })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
  })
})

describe("Node's own HTTP reads the same", () => {
  test.each([
    ['counted', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    [
      'chunked',
      'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nA: b\r\n\r\n',
    ],
    ['until its end', 'HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\nhello'],
    ['announced', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    ['empty', 'HTTP/1.1 204 No Content\r\n\r\n'],
    [
      'with headers of the same name',
      'HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\nRetry-After: 2\r\nX: 1\r\nx:  2 \r\n\r\n',
    ],
    ['HTTP/1.0', 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'],
  ])('%s', async (_what, text) => {
    const server = await peer((socket) => socket.end(text))
    const [theirs] = (await once(http.get(server.url), 'response')) as [http.IncomingMessage]
    const ours = await ask(server)
    expect(ours.status).toBe(theirs.statusCode)
    expect({ ...ours.headers }).toEqual(theirs.headers)
    expect(await bytesOf(ours.body)).toEqual(await bytesOf(theirs))
  })
})
