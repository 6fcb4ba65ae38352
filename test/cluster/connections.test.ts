import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { Connections } from '../../src/cluster/connections.ts'
import { attach } from '../../src/cluster/container-streams.ts'
import type { Credentials, TlsOptions } from '../../src/cluster/credentials.ts'
import { addressOf, dial } from '../../src/cluster/dial.ts'
import { type Authority, makeAuthority } from '../doubles/certificates.ts'

let folder = ''
let authority: Authority
let server: Server
let url: URL
let accepted = 0
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'krmpod-connections-'))
  authority = makeAuthority(folder)
  const { cert, key } = authority.issue('server', ['IP:127.0.0.1'])
  server = createServer({ cert, key, ca: authority.cert, requestCert: true, rejectUnauthorized: false })
  server.on('secureConnection', (socket) => {
    accepted += 1
    socket.on('error', () => undefined)
    const { subject } = socket.getPeerCertificate() as { subject?: { CN: string } }
    socket.on('data', (words: Buffer) => {
      if (words.toString() === 'who?') socket.write(subject?.CN ?? 'nobody')
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  accepted = 0
})

function credentialsOf(tls: TlsOptions): Credentials {
  return { server: url, source: 'a test', tls, headers: () => Promise.resolve({}) }
}

function connectionsOf(
  tls: TlsOptions,
  dialled: readonly (Socket | undefined)[] = [],
): Connections & Disposable {
  const connections = new Connections(credentialsOf(tls), dialled)
  return Object.assign(connections, { [Symbol.dispose]: () => connections.close() })
}

async function greeting(socket: TLSSocket): Promise<string> {
  socket.write('who?')
  const [words] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return words.toString()
}

test('what was prepared is taken, and then what is opened now', async () => {
  using connections = connectionsOf({ ca: authority.cert })
  connections.prepare(2)
  connections.prepare(2)
  await vi.waitFor(() => expect(accepted).toBe(2))
  const taken = [connections.take(), connections.take(), connections.take()]
  expect(taken.map(({ connecting }) => connecting)).toEqual([false, false, true])
  expect(await Promise.all(taken.map(greeting))).toEqual(['nobody', 'nobody', 'nobody'])
  expect(accepted).toBe(3)
})

test('TLS is spoken over what was dialled before', async () => {
  const tcp = dial(addressOf(url))
  if (!tcp) throw new Error('it has an address')
  await once(tcp, 'connect')
  const { localPort } = tcp
  using connections = connectionsOf({ ca: authority.cert }, [tcp])
  connections.prepare(1)
  await vi.waitFor(() => expect(accepted).toBe(1))
  const socket = connections.take()
  expect([socket.connecting, socket.localPort]).toEqual([false, localPort])
  expect(await greeting(socket)).toBe('nobody')
})

test('what was dialled and is gone is dialled again', async () => {
  const tcp = dial(addressOf(url))
  tcp?.destroy()
  using connections = connectionsOf({ ca: authority.cert }, [tcp])
  connections.prepare(1)
  expect(await greeting(connections.take())).toBe('nobody')
  expect(accepted).toBe(1)
})

test('a name is for TLS to dial', () => {
  expect(dial(addressOf(new URL('https://localhost:1')))).toBeUndefined()
})

test('one that the server has closed is not taken', async () => {
  using connections = connectionsOf({ ca: authority.cert })
  connections.prepare(1)
  const [closing] = (await once(server, 'secureConnection')) as [TLSSocket]
  closing.destroy()
  const first = await vi.waitFor(() => {
    const socket = connections.take()
    if (!socket.connecting) throw new Error('the one that was closed')
    return socket
  })
  expect(await greeting(first)).toBe('nobody')
})

test('one on which the server has said something by itself is not taken', async () => {
  using connections = connectionsOf({ ca: authority.cert })
  connections.prepare(1)
  const [unasked] = (await once(server, 'secureConnection')) as [TLSSocket]
  unasked.end('HTTP/1.1 408 Request Timeout\r\n\r\n')
  await vi.waitFor(() => {
    connections.prepare(1)
    expect(accepted).toBe(2)
  })
})

test('an attach that nobody answers is given up', async () => {
  const api = new ApiClient(credentialsOf({ ca: authority.cert }))
  const sinks = { stdout: () => undefined, stderr: () => undefined }
  const { signal } = new AbortController()
  const attaching = attach(api, { namespace: 'x', name: 'x', container: 'x', sinks, signal })
  await expect(attaching).rejects.toThrow(/handshake has timed out/)
  api.close()
}, 20_000)

test('one that has waited for long is not taken: what is in between may have forgotten it', async () => {
  using connections = connectionsOf({ ca: authority.cert })
  connections.prepare(1)
  await vi.waitFor(() => expect(accepted).toBe(1))
  const clock = vi.spyOn(process, 'uptime').mockReturnValue(process.uptime() + 31)
  const socket = connections.take()
  clock.mockRestore()
  expect(socket.connecting).toBe(true)
  expect(await greeting(socket)).toBe('nobody')
})

test('the next handshake needs no certificates', async () => {
  using connections = connectionsOf({ ca: authority.cert })
  const first = connections.take()
  await once(first, 'session')
  const second = connections.take()
  await once(second, 'secureConnect')
  expect([first.isSessionReused(), second.isSessionReused()]).toEqual([false, true])
  first.destroy()
  second.destroy()
})

test('with another certificate we are somebody else, on every connection from then on', async () => {
  const [one, other] = [authority.issue('one'), authority.issue('other')]
  const tls = { ca: authority.cert, cert: one.cert, key: one.key }
  using connections = connectionsOf(tls)
  expect(await greeting(connections.take())).toBe('one')
  connections.prepare(1)
  await vi.waitFor(() => expect(accepted).toBe(2))
  Object.assign(tls, { cert: other.cert, key: other.key })
  // The object is the same as before, as it is of a plugin that was asked again: only what it holds has changed.
  expect(await greeting(connections.take())).toBe('other')
  const third = authority.issue('third')
  connections.prepare(1)
  Object.assign(tls, { cert: third.cert, key: third.key })
  // What waits then is for who we are now.
  const before = accepted
  connections.prepare(1)
  await vi.waitFor(() => expect(accepted).toBe(before + 1))
  const prepared = connections.take()
  expect(prepared.connecting).toBe(false)
  expect(await greeting(prepared)).toBe('third')
})

test('a server with the wrong name does not become the right one by being asked again', async () => {
  const { cert, key } = authority.issue('elsewhere', ['DNS:elsewhere.test'])
  // TLS 1.2 gives the ticket before anybody has looked at the name.
  const wrong = createServer({ cert, key, maxVersion: 'TLSv1.2' }).on('secureConnection', (socket) =>
    socket.on('error', () => undefined),
  )
  await once(wrong.listen(0, '127.0.0.1'), 'listening')
  const server = new URL(`https://127.0.0.1:${(wrong.address() as AddressInfo).port}`)
  const connections = new Connections({ ...credentialsOf({ ca: authority.cert }), server })
  for (let i = 0; i < 3; i += 1) {
    const [error] = (await once(connections.take(), 'error')) as [Error]
    expect(error.message).toMatch(/altnames/)
  }
  wrong.close()
})

test('a server that nobody listens for says so, prepared or not', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const server = new URL(`https://127.0.0.1:${(closed.address() as AddressInfo).port}`)
  await new Promise((resolve) => closed.close(resolve))
  const connections = new Connections({ ...credentialsOf({ ca: authority.cert }), server })
  connections.prepare(1)
  for (let i = 0; i < 3; i += 1) {
    const [error] = (await once(connections.take(), 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  }
})

test('once closed, none is opened ahead of need', async () => {
  using connections = connectionsOf({ ca: authority.cert })
  connections.close()
  connections.prepare(2)
  expect(await greeting(connections.take())).toBe('nobody')
  expect(accepted).toBe(1)
})

test("a server that is not the cluster's is not spoken to", async () => {
  using connections = connectionsOf({ ca: authority.issue('a-stranger').cert })
  connections.prepare(1)
  const [error] = (await once(connections.take(), 'error')) as [Error]
  expect(error.message).toMatch(/certificate/)
})

test('certificates that are none are for the request to find', () => {
  using connections = connectionsOf({ cert: 'none', key: 'none' })
  expect(() => connections.prepare(1)).not.toThrow()
  expect(() => connections.take()).toThrow()
})
