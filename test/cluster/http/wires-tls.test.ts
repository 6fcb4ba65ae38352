import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import * as https from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ApiClient } from '../../../src/cluster/api-client.ts'
import { ConnectionError } from '../../../src/cluster/api-error.ts'
import type { Credentials, TlsOptions } from '../../../src/cluster/credentials.ts'
import { type Authority, makeAuthority } from '../../doubles/certificates.ts'

const REQUEST = { action: { verb: 'get', resource: 'pods' }, method: 'GET', path: '/x' } as const

let folder = ''
let authority: Authority
let server: https.Server
let url: URL
/** Of connections, in the order in which they were accepted: whom each was opened for. */
let accepted: string[] = []
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'krmpod-wires-'))
  authority = makeAuthority(folder)
  const { cert, key } = authority.issue('server', ['IP:127.0.0.1'])
  const trust = { ca: authority.cert, requestCert: true, rejectUnauthorized: false }
  server = https.createServer({ cert, key, ...trust }, (_request, response) => response.end('{"a":1}'))
  server.on('secureConnection', (socket: TLSSocket) => {
    const { subject } = socket.getPeerCertificate() as { subject?: { CN: string } }
    accepted.push(subject?.CN ?? 'nobody')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  accepted = []
})

function apiAs(tls: () => TlsOptions, at: URL = url): ApiClient & Disposable {
  const credentials: Credentials = {
    server: at,
    source: 'a test',
    get tls() {
      return tls()
    },
    headers: () => Promise.resolve({}),
  }
  const api = new ApiClient(credentials)
  return Object.assign(api, { [Symbol.dispose]: () => api.close() })
}

test('a connection that was opened ahead is used, and again', async () => {
  using api = apiAs(() => ({ ca: authority.cert }))
  api.connections?.prepare(1)
  await expect.poll(() => accepted.length).toBe(1)
  expect(await api.json(REQUEST)).toEqual({ a: 1 })
  expect(await api.json(REQUEST)).toEqual({ a: 1 })
  expect(accepted).toEqual(['nobody'])
})

test('whoever becomes somebody else has connections of their own', async () => {
  const [one, other] = [authority.issue('one'), authority.issue('other')]
  let who = one
  using api = apiAs(() => ({ ca: authority.cert, cert: who.cert, key: who.key }))
  await api.json(REQUEST)
  await api.json(REQUEST)
  who = other
  await api.json(REQUEST)
  await api.json(REQUEST)
  expect(accepted).toEqual(['one', 'other'])
})

test.each([
  ['a server that nobody vouches for', (): TlsOptions => ({ ca: authority.issue('stranger').cert })],
  ['another name than the server has', (): TlsOptions => ({ ca: authority.cert, servername: 'a.test' })],
  [
    'a key of another certificate',
    (): TlsOptions => ({
      ca: authority.cert,
      cert: authority.issue('one').cert,
      key: authority.issue('two').key,
    }),
  ],
])('%s: no request, and none will do better', async (_what, tls) => {
  const given = tls()
  using api = apiAs(() => given)
  const error: unknown = await api.json(REQUEST).catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(ConnectionError)
  expect(error).toMatchObject({ isFinal: true })
})

test('a server that goes away during the handshake says so, and may come back', async () => {
  const rude = createServer((socket) => socket.once('data', () => socket.end()))
  await once(rude.listen(0, '127.0.0.1'), 'listening')
  using api = apiAs(
    () => ({ ca: authority.cert }),
    new URL(`https://127.0.0.1:${(rude.address() as AddressInfo).port}`),
  )
  await expect(api.json(REQUEST)).rejects.toMatchObject({
    problem: 'ECONNRESET',
    isFinal: false,
    message: 'Client network socket disconnected before secure TLS connection was established',
  })
  rude.close()
})
