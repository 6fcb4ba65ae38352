import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Authority, type Issued, makeAuthority } from '../doubles/certificates.ts'
import { type EchoServer, echoServer, type Seen } from '../doubles/echo-server.ts'
import { connectProxy, type Proxy, socksProxy } from '../doubles/proxies.ts'
import { ask, kubeconfig, type Workplace, workplace } from './credentials-support.ts'

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0
const V1 = 'client.authentication.k8s.io/v1'

let place: Workplace
let authority: Authority
let ann: Issued
let server: EchoServer
let plain: EchoServer
let proxy: Proxy
let socks: Proxy
let cluster: { server: string; 'certificate-authority': string }

beforeAll(async () => {
  place = await workplace()
  authority = makeAuthority(place.dir)
  ann = authority.issue('ann')
  server = await echoServer(authority.issue('server', ['IP:127.0.0.1', 'DNS:cluster.test']), authority.cert)
  plain = await echoServer()
  proxy = await connectProxy({ target: server.port })
  socks = await socksProxy({ target: server.port })
  cluster = { server: `https://127.0.0.1:${server.port}`, 'certificate-authority': 'test-ca.crt' }
  await place.write('token', 'from-file\n')
  await place.write('other/token', 'from-other-file\n')
  const status = '{"token":"plugin-\'$1\'","expirationTimestamp":"2099-01-01T00:00:00Z"}'
  await place.write(
    'bin/plugin',
    `#!/bin/sh\necho '{"kind":"ExecCredential","apiVersion":"${V1}","status":${status}}'\n`,
    0o755,
  )
})
afterAll(async () => {
  for (const opened of [server, plain, proxy, socks]) await opened[Symbol.asyncDispose]()
  await place.remove()
})

let env: Record<string, string>
beforeEach(() => {
  env = { PATH: process.env['PATH'] ?? '', HOME: place.home, KUBECONFIG: join(place.dir, 'config') }
})

/** What the server saw of kubectl, or undefined when kubectl refused. */
async function kubectl(args: readonly string[] = []): Promise<Seen | undefined> {
  const call = promisify(execFile)('kubectl', [...args, 'get', '--raw', '/api'], { env, timeout: 20_000 })
  // A user without credentials would be asked for a name and a password.
  call.child.stdin?.end()
  return call.then(
    ({ stdout }) => JSON.parse(stdout) as Seen,
    () => undefined,
  )
}

async function krmpod(context?: string): Promise<Seen | undefined> {
  const settings = { credentials: { cache: 'off' }, ...(context && { context }) } as const
  try {
    return await ask(await place.load({ env, settings }))
  } catch {
    return undefined
  }
}

/** Only what a kubeconfig decides. */
function essence(seen: Seen | undefined): object | undefined {
  if (!seen) return undefined
  const { clientName, servername } = seen
  const headers = Object.entries(seen.headers).filter(([name]) => /^(authorization|impersonate-)/.test(name))
  return { clientName, servername, headers: Object.fromEntries(headers.sort()) }
}

describe.skipIf(!hasKubectl)('the server sees of krmpod what it sees of kubectl', () => {
  const inline = (): object => ({
    'client-certificate-data': Buffer.from(ann.cert).toString('base64'),
    'client-key-data': Buffer.from(ann.key).toString('base64'),
  })
  const exec = { apiVersion: V1, command: './bin/plugin', args: ['x'], interactiveMode: 'IfAvailable' }

  test.each([
    ['token', () => ({ token: 'abc' })],
    ['tokenFile', () => ({ tokenFile: 'token' })],
    ['token and tokenFile', () => ({ token: 'abc', tokenFile: 'other/token' })],
    ['token and a tokenFile that is not there', () => ({ token: 'abc', tokenFile: 'absent' })],
    ['a tokenFile that is not there', () => ({ tokenFile: 'absent' })],
    ['password', () => ({ username: 'ann', password: 'p:ä' })],
    ['token and password', () => ({ token: 'abc', username: 'ann', password: 'x' })],
    ['certificate files', () => ({ 'client-certificate': 'ann.crt', 'client-key': './ann.key' })],
    ['certificate inline', inline],
    ['certificate and token', () => ({ ...inline(), token: 'abc' })],
    ['certificate and plugin', () => ({ ...inline(), exec })],
    ['certificate without key', () => ({ 'client-certificate': 'ann.crt' })],
    ['plugin', () => ({ exec })],
    ['plugin and token', () => ({ exec, token: 'abc' })],
    ['plugin and password', () => ({ exec, username: 'ann', password: 'x' })],
    [
      'plugin of an unknown version',
      () => ({ exec: { ...exec, apiVersion: 'client.authentication.k8s.io/v1alpha1' } }),
    ],
    ['plugin that is not there', () => ({ exec: { ...exec, command: 'absent' } })],
    ['plugin that must ask', () => ({ exec: { ...exec, interactiveMode: 'Always' } })],
    ['somebody else', () => ({ token: 'abc', as: 'bob', 'as-uid': '7', 'as-groups': ['a', 'b, c'] })],
    ['extras', () => ({ token: 'abc', as: 'bob', 'as-user-extra': { 'x.y/z w%é': ['1', '2'], Big: ['3'] } })],
    ['groups of nobody', () => ({ token: 'abc', 'as-groups': ['a'] })],
    ['gcp', () => ({ 'auth-provider': { name: 'gcp', config: { 'access-token': 'x' } } })],
    ['a number for a token', () => ({ token: 12345 })],
    ['unknown keys', () => ({ token: 'abc', colour: 'blue' })],
    ['nulls', () => ({ token: 'abc', exec: null, 'as-groups': null, username: null })],
  ])('user with %s', async (_what, user) => {
    await place.write('config', kubeconfig({ cluster, user: user() }))
    expect(essence(await krmpod())).toEqual(essence(await kubectl()))
  })

  test.each([
    ['another name', () => ({ ...cluster, 'tls-server-name': 'cluster.test' })],
    ['a wrong name', () => ({ ...cluster, 'tls-server-name': 'other.test' })],
    ['no check', () => ({ server: cluster.server, 'insecure-skip-tls-verify': true })],
    ['no authority', () => ({ server: cluster.server })],
    ['no server', () => ({ 'certificate-authority': 'test-ca.crt' })],
    ['an authority that is not there', () => ({ ...cluster, 'certificate-authority': 'absent' })],
    ['plain HTTP', () => ({ server: `http://127.0.0.1:${plain.port}` })],
    ['no scheme', () => ({ server: `127.0.0.1:${plain.port}` })],
    [
      'an HTTP proxy',
      () => ({ ...cluster, server: 'https://cluster.test', 'proxy-url': `http://127.0.0.1:${proxy.port}` }),
    ],
    [
      'a SOCKS proxy',
      () => ({ ...cluster, server: 'https://cluster.test', 'proxy-url': `socks5://127.0.0.1:${socks.port}` }),
    ],
    ['an odd proxy', () => ({ ...cluster, 'proxy-url': 'ftp://x' })],
  ])('cluster with %s', async (_what, make) => {
    await place.write('config', kubeconfig({ cluster: make(), user: { token: 'abc', as: 'bob' } }))
    expect(essence(await krmpod())).toEqual(essence(await kubectl()))
  })

  test.each([
    [{ HTTPS_PROXY: 'p' }, 'https://cluster.test'],
    [{ https_proxy: 'p' }, 'https://cluster.test:6443'],
    [{ HTTPS_PROXY: 'p', NO_PROXY: 'cluster.test:443' }, 'https://cluster.test:6443'],
    [{ HTTPS_PROXY: 'p', NO_PROXY: '.test' }, 'https://cluster.test:6443'],
    [{ HTTPS_PROXY: 'p', NO_PROXY: '10.0.0.0/8' }, 'https://10.96.0.1:6443'],
  ])('environment %o for %s', async (proxies, address) => {
    const at = `http://127.0.0.1:${proxy.port}`
    env = { ...env, ...Object.fromEntries(Object.entries(proxies).map(([k, v]) => [k, v === 'p' ? at : v])) }
    await place.write(
      'config',
      kubeconfig({ cluster: { ...cluster, server: address }, user: { token: 'abc' } }),
    )
    const before = proxy.tunnels.length
    // 10.96.0.1 would be waited for; whether the proxy is asked is what counts.
    const { proxyAgent } = await place.load({ env })
    if (proxyAgent === undefined) {
      await kubectl(['--request-timeout=1s'])
      expect(proxy.tunnels).toHaveLength(before)
      return
    }
    expect(essence(await krmpod())).toEqual(essence(await kubectl()))
    const [ours, theirs] = proxy.tunnels.slice(before)
    expect(ours).toEqual(theirs)
  })

  const context = (name: string, user: string): object => ({ name, context: { cluster: 'c', user } })
  const user = (name: string, entry: object): object => ({ name, user: entry })
  const one = (): object => ({
    'current-context': 'main',
    contexts: [context('main', 'u'), context('second', 'v')],
    users: [user('u', { tokenFile: 'token' })],
  })
  const two = (): object => ({
    'current-context': 'second',
    clusters: [{ name: 'c', cluster: { ...cluster, 'certificate-authority': '../test-ca.crt' } }],
    contexts: [context('main', 'v'), context('third', 'nobody')],
    users: [user('u', { token: 'mixed', as: 'mixed' }), user('v', { tokenFile: 'token' })],
  })

  test.each(['', 'main', 'second', 'third', 'fourth'])('several files, context "%s"', async (name) => {
    const paths = [join(place.dir, 'absent'), await place.write('one', JSON.stringify(one()))]
    paths.push('', await place.write('other/two', JSON.stringify(two())))
    env = { ...env, KUBECONFIG: paths.join(':') }
    expect(essence(await krmpod(name))).toEqual(essence(await kubectl(name ? [`--context=${name}`] : [])))
  })

  test('~/.kube/config', async () => {
    env = { PATH: env['PATH'] ?? '', HOME: place.home }
    const absolute = { ...cluster, 'certificate-authority': authority.certPath }
    await place.write('home/.kube/config', kubeconfig({ cluster: absolute, user: { token: 'home' } }))
    const seen = await krmpod()
    expect(seen?.headers['authorization']).toEqual(['Bearer home'])
    expect(essence(seen)).toEqual(essence(await kubectl()))
  })
})
