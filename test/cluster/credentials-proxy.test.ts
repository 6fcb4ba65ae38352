import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { goesDirect } from '../../src/cluster/proxy/no-proxy.ts'
import { proxyFromEnvironment } from '../../src/cluster/proxy/proxy-from-environment.ts'
import { type Authority, type Issued, makeAuthority } from '../doubles/certificates.ts'
import { type EchoServer, echoServer } from '../doubles/echo-server.ts'
import { connectProxy, type Proxy, socksProxy } from '../doubles/proxies.ts'
import { ask, kubeconfig, type Workplace, workplace } from './credentials-support.ts'

// Only a proxy can find these.
const HOST = 'cluster.test'
const SERVER = `https://${HOST}:6443`

let place: Workplace
let authority: Authority
let certificate: Issued
let server: EchoServer

beforeAll(async () => {
  place = await workplace()
  authority = makeAuthority(place.dir)
  certificate = authority.issue('server', [`DNS:${HOST}`, 'IP:127.0.0.1'])
  server = await echoServer(certificate, authority.cert)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await place.remove()
})

async function load(cluster: object, env: Record<string, string> = {}): ReturnType<Workplace['load']> {
  const { cert, key } = authority.issue('ann')
  const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key), as: 'bob' }
  const full = { server: SERVER, 'certificate-authority': authority.certPath, ...cluster }
  const file = await place.write('config', kubeconfig({ cluster: full, user }))
  return place.load({ env: { KUBECONFIG: file, ...env } })
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

describe('a request really goes through', () => {
  test.each(['HTTPS_PROXY', 'https_proxy'])('%s', async (name) => {
    await using proxy = await connectProxy({ target: server.port })
    const seen = await ask(await load({}, { [name]: `http://ann:p%40ss@127.0.0.1:${proxy.port}` }))
    expect(seen).toMatchObject({
      clientName: 'ann',
      servername: HOST,
      headers: { 'impersonate-user': ['bob'] },
    })
    expect(seen.headers['proxy-authorization']).toBeUndefined()
    expect(proxy.tunnels).toEqual([{ to: `${HOST}:6443`, login: 'ann:p@ss' }])
  })

  test('proxy-url, which wins over HTTPS_PROXY, NO_PROXY and this machine’s own address', async () => {
    await using proxy = await connectProxy({ target: server.port })
    const cluster = {
      server: `https://127.0.0.1:${server.port}`,
      'proxy-url': `http://127.0.0.1:${proxy.port}`,
    }
    await ask(await load(cluster, { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' }))
    expect(proxy.tunnels).toEqual([{ to: `127.0.0.1:${server.port}` }])
  })

  test('a proxy that is reached over TLS itself', async () => {
    await using proxy = await connectProxy({ target: server.port, certificate })
    const cluster = { 'proxy-url': `https://127.0.0.1:${proxy.port}` }
    const trusting = await load(cluster, { SSL_CERT_FILE: authority.certPath })
    expect(await ask(trusting)).toMatchObject({ clientName: 'ann', servername: HOST })
    expect(proxy.tunnels).toEqual([{ to: `${HOST}:6443` }])
    await expect(ask(await load(cluster))).rejects.toThrow(/^proxy https:\/\/127.0.0.1:\d+: .*certificate/)
  })

  test.each([
    ['', undefined],
    ['ann:p%40ss@', 'ann:p@ss'],
  ])('socks5://%s', async (login, expected) => {
    await using proxy = await socksProxy({ target: server.port })
    const seen = await ask(await load({ 'proxy-url': `socks5://${login}127.0.0.1:${proxy.port}` }))
    expect(seen).toMatchObject({ clientName: 'ann', servername: HOST })
    expect(proxy.tunnels).toEqual([{ to: `${HOST}:6443`, ...(expected && { login: expected }) }])
  })

  test('plain HTTP servers, too', async () => {
    await using plain = await echoServer()
    await using proxy = await connectProxy({ target: plain.port })
    const seen = await ask(
      await load({ server: `http://${HOST}` }, { HTTP_PROXY: `127.0.0.1:${proxy.port}` }),
    )
    expect(seen.headers['impersonate-user']).toEqual(['bob'])
    expect(proxy.tunnels).toEqual([{ to: `${HOST}:80` }])
  })

  test('the service account of a Pod, too', async () => {
    await using proxy = await connectProxy({ target: server.port })
    await place.write('serviceaccount/token', 'pod')
    await place.write('serviceaccount/ca.crt', authority.cert)
    const env = {
      KUBERNETES_SERVICE_HOST: HOST,
      KUBERNETES_SERVICE_PORT: '443',
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    }
    expect((await ask(await place.load({ env }))).headers['authorization']).toEqual(['Bearer pod'])
    expect((await place.load({ env: { ...env, NO_PROXY: '.test' } })).proxyAgent).toBeUndefined()
  })

  test.each([connectProxy, socksProxy])('a WebSocket with a megabyte each way, by %o', async (makeProxy) => {
    const web = https.createServer({ ...certificate })
    new WebSocketServer({ server: web }).on('connection', (socket) => {
      socket.on('message', (data: Buffer) => socket.send(data))
    })
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    await using proxy = await makeProxy({ target: (web.address() as AddressInfo).port })
    const scheme = makeProxy === socksProxy ? 'socks5' : 'http'
    const { tls, proxyAgent } = await load({ 'proxy-url': `${scheme}://127.0.0.1:${proxy.port}` })
    const socket = new WebSocket(`wss://${HOST}:6443/attach`, {
      ...tls,
      ...(proxyAgent && { agent: proxyAgent }),
    })
    const sent = Buffer.alloc(1_000_000, 'krmpod')
    const received = await new Promise<Buffer>((resolve, reject) => {
      socket.once('open', () => socket.send(sent))
      socket.once('message', (data: Buffer) => resolve(data))
      socket.once('error', reject)
    })
    expect(received.equals(sent)).toBe(true)
    socket.terminate()
    web.close()
    web.closeAllConnections()
  })

  test('connections are kept and used again', async () => {
    await using proxy = await connectProxy({ target: server.port })
    const { proxyAgent: agent, tls } = await load({ 'proxy-url': `http://127.0.0.1:${proxy.port}` })
    for (let count = 0; count < 3; count++) {
      const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
        https.get(SERVER, { ...tls, ...(agent && { agent }) }, resolve).once('error', reject)
      })
      await response.resume().toArray()
    }
    expect(proxy.tunnels).toHaveLength(1)
    agent?.destroy()
  })
})

describe('failures name the proxy, without its password', () => {
  test.each([
    {
      makeProxy: connectProxy,
      scheme: 'http',
      refuseWith: 407,
      problem: 'CONNECT cluster.test:6443 was answered with 407 Refused',
    },
    { makeProxy: socksProxy, scheme: 'socks5', refuseWith: 2, problem: 'SOCKS5: not allowed by its rules' },
  ])('$scheme: $problem', async ({ makeProxy, scheme, refuseWith, problem }) => {
    await using proxy: Proxy = await makeProxy({ target: server.port, refuseWith })
    const credentials = await load({ 'proxy-url': `${scheme}://ann:secret@127.0.0.1:${proxy.port}` })
    await expect(ask(credentials)).rejects.toThrow(`proxy ${scheme}://127.0.0.1:${proxy.port}: ${problem}`)
  })

  test.each(['http', 'socks5'])('%s: nobody there', async (scheme) => {
    const credentials = await load({ 'proxy-url': `${scheme}://127.0.0.1:1` })
    await expect(ask(credentials)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      message: `proxy ${scheme}://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1`,
    })
  })

  test('a socks5 proxy that is none', async () => {
    await using web = await echoServer()
    const credentials = await load({ 'proxy-url': `socks5://127.0.0.1:${web.port}` })
    await expect(ask(credentials)).rejects.toThrow(/SOCKS5|closed the connection/)
  })

  test('another kind of proxy in the environment', async () => {
    await expect(load({}, { HTTPS_PROXY: 'ftp://ann:secret@x' })).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: `cannot reach the Kubernetes API at ${SERVER}: its proxy ftp://x is neither http, https nor socks5`,
    })
  })
})

test.each([
  [{ HTTPS_PROXY: 'http://p' }, 'https://x', 'http://p/'],
  [{ HTTPS_PROXY: '', https_proxy: 'http://p' }, 'https://x', 'http://p/'],
  [{ HTTPS_PROXY: 'http://upper', https_proxy: 'http://lower' }, 'https://x', 'http://upper/'],
  [{ HTTPS_PROXY: 'p:3128' }, 'https://x', 'http://p:3128/'],
  [{ HTTPS_PROXY: 'http://' }, 'https://x', undefined],
  [{ HTTP_PROXY: 'http://p' }, 'https://x', undefined],
  [{ HTTP_PROXY: 'http://p' }, 'http://x', 'http://p/'],
  [{ HTTP_PROXY: 'http://p', REQUEST_METHOD: 'GET' }, 'http://x', undefined],
  [{ HTTPS_PROXY: 'http://p', no_proxy: 'x' }, 'https://x', undefined],
  [{ HTTPS_PROXY: 'http://p', NO_PROXY: 'x:444' }, 'https://x', 'http://p/'],
  [{ HTTPS_PROXY: 'http://p', NO_PROXY: 'x:443' }, 'https://x', undefined],
  [{ HTTPS_PROXY: 'http://p', NO_PROXY: 'fd00::/8' }, 'https://[fd00::1]:6443', undefined],
  [{ HTTPS_PROXY: 'http://p' }, 'https://[::1]:6443', undefined],
  [{ HTTPS_PROXY: 'http://p' }, 'https://127.0.0.9', undefined],
  [{ HTTPS_PROXY: 'http://p' }, 'https://localhost:6443', undefined],
  [{}, 'https://x', undefined],
])('%o for %s: %s', (env, url, expected) => {
  expect(proxyFromEnvironment(new URL(url), env)?.href).toBe(expected)
})

// As golang.org/x/net/http/httpproxy has it.
test.each([
  ['*', 'anything', true],
  ['', 'anything', false],
  [' a , b ', 'b', true],
  ['example.com', 'example.com', true],
  ['EXAMPLE.com', 'example.com', true],
  ['example.com', 'a.b.example.com', true],
  ['example.com', 'notexample.com', false],
  ['.example.com', 'example.com', false],
  ['.example.com', 'a.example.com', true],
  ['*.example.com', 'example.com', false],
  ['*.example.com', 'a.example.com', true],
  ['example.com:6443', 'example.com', true],
  ['example.com:443', 'example.com', false],
  ['bücher.de', 'xn--bcher-kva.de', true],
  ['10.0.0.0/8', '10.96.0.1', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['10.0.0.0/33', '10.0.0.1', false],
  ['10.0.0.1/8', '10.2.0.1', true],
  ['10.0.0.0/8', 'ten.test', false],
  ['10.96.0.1', '10.96.0.1', true],
  ['10.96.0.1:6443', '10.96.0.1', true],
  ['10.96.0.1:443', '10.96.0.1', false],
  ['10.96.0', '10.96.0.1', false],
  ['fd00::/8', 'fd00::1', true],
  ['fd00::1', 'fd00:0:0::1', true],
  ['[fd00::1]', 'fd00::1', true],
  ['[fd00::1]:6443', 'fd00::1', true],
  ['[fd00::1]:443', 'fd00::1', false],
  [':6443', 'a', false],
])('NO_PROXY=%s and %s:6443: direct is %s', (noProxy, host, direct) => {
  expect(goesDirect({ host, port: '6443', noProxy })).toBe(direct)
})
