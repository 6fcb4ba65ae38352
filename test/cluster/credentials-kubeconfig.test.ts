import { execFileSync } from 'node:child_process'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RunError } from '../../src/errors/run-error.ts'
import { type Authority, makeAuthority } from '../doubles/certificates.ts'
import { type EchoServer, echoServer } from '../doubles/echo-server.ts'
import { ask, kubeconfig, type Workplace, workplace } from './credentials-support.ts'

let place: Workplace
let authority: Authority
let server: EchoServer
let address: string
let trusted: { server: string; 'certificate-authority-data': string }

beforeAll(async () => {
  place = await workplace()
  authority = makeAuthority(place.dir)
  const certificate = authority.issue('server', ['IP:127.0.0.1', 'DNS:inside.test'])
  server = await echoServer(certificate, authority.cert)
  address = `https://127.0.0.1:${server.port}`
  trusted = { server: address, 'certificate-authority-data': base64(authority.cert) }
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await place.remove()
})

let number = 0
let file = ''
beforeEach(() => {
  file = `case-${++number}/config`
})

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

async function credentialsOf(text: string): ReturnType<Workplace['load']> {
  return place.load({ env: { KUBECONFIG: await place.write(file, text) } })
}

async function problemOf(text: string): Promise<string> {
  const error = await credentialsOf(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(RunError)
  expect(error).toMatchObject({ code: 'KUBECONFIG', exit: 125 })
  return (error as RunError).message
    .replace('cannot use the kubeconfig: ', '')
    .replaceAll(`${place.dir}/`, '')
}

describe('who we are', () => {
  test('a token', async () => {
    const seen = await ask(await credentialsOf(kubeconfig({ cluster: trusted, user: { token: 'abc' } })))
    expect(seen).toMatchObject({ path: '/api', headers: { authorization: ['Bearer abc'] } })
    expect(seen.clientName).toBeUndefined()
  })

  test('a kubeconfig that comes by a pipe is waited for, and everything else goes on', async () => {
    const pipe = join(place.dir, 'pipe')
    execFileSync('mkfifo', [pipe])
    const loading = place.load({ env: { KUBECONFIG: pipe } })
    // Were this process held up by the pipe, nobody would write to it.
    await sleep(50)
    await appendFile(pipe, kubeconfig({ cluster: trusted, user: { token: 'abc' } }))
    expect((await ask(await loading)).headers['authorization']).toEqual(['Bearer abc'])
  })

  test('a tokenFile, relative to the kubeconfig, read for every request', async () => {
    const credentials = await loadAfter('token', 'first\n', { tokenFile: 'token' })
    expect((await ask(credentials)).headers['authorization']).toEqual(['Bearer first'])
    await place.write(`${file}/../token`, 'second\n')
    expect((await ask(credentials)).headers['authorization']).toEqual(['Bearer second'])
  })

  test('a tokenFile wins over a token, which is used while the file is not there', async () => {
    const credentials = await credentialsOf(
      kubeconfig({ cluster: trusted, user: { token: 'inline', tokenFile: 'token' } }),
    )
    expect((await ask(credentials)).headers['authorization']).toEqual(['Bearer inline'])
    await place.write(`${file}/../token`, 'file')
    expect((await ask(credentials)).headers['authorization']).toEqual(['Bearer file'])
  })

  test('a user name and password', async () => {
    const user = { username: 'ann', password: 'p:w' }
    const seen = await ask(await credentialsOf(kubeconfig({ cluster: trusted, user })))
    expect(seen.headers['authorization']).toEqual([`Basic ${base64('ann:p:w')}`])
  })

  test('a client certificate inline', async () => {
    const { cert, key } = authority.issue('inline-ann')
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }
    const seen = await ask(await credentialsOf(kubeconfig({ cluster: trusted, user })))
    expect(seen.clientName).toBe('inline-ann')
    expect(seen.headers['authorization']).toBeUndefined()
  })

  test('a client certificate in files, relative to the kubeconfig', async () => {
    const { cert, key } = authority.issue('file-ann')
    await place.write(`${file}/../keys/ann.crt`, cert)
    const user = { 'client-certificate': 'keys/ann.crt', 'client-key': 'keys/ann.key' }
    const credentials = await loadAfter('keys/ann.key', key, user)
    expect((await ask(credentials)).clientName).toBe('file-ann')
  })

  test('nobody in particular', async () => {
    const seen = await ask(await credentialsOf(kubeconfig({ cluster: trusted, context: { user: '' } })))
    expect(seen.headers['authorization']).toBeUndefined()
  })

  test('somebody else: every group is a header of its own', async () => {
    const user = {
      token: 'abc',
      as: 'bob',
      'as-uid': '7',
      'as-groups': ['devs', 'ops, night'],
      'as-user-extra': { 'example.org/ticket no': ['1', '2'] },
    }
    const { headers } = await ask(await credentialsOf(kubeconfig({ cluster: trusted, user })))
    expect(headers).toMatchObject({
      authorization: ['Bearer abc'],
      'impersonate-user': ['bob'],
      'impersonate-uid': ['7'],
      'impersonate-group': ['devs', 'ops, night'],
      'impersonate-extra-example.org%2fticket%20no': ['1', '2'],
    })
  })

  test.each([
    [{ token: 'a', username: 'b' }, 'user "u" has both a token and a password; only one can be used'],
    [
      {
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'x' },
        'auth-provider': { name: 'oidc' },
      },
      'user "u" has both exec and auth-provider; only one can be used',
    ],
    [{ 'as-groups': ['a'] }, 'user "u" has as-uid, as-groups or as-user-extra, but not as'],
    [{ 'client-certificate-data': 'bm8=' }, 'the client-certificate of user "u" is not PEM in base64'],
    [
      { 'client-certificate': 'absent.crt', 'client-key': 'absent.key' },
      /^case-\d+\/absent.crt, the client-certificate of user "u", cannot be read: ENOENT: no such file or directory$/,
    ],
    [
      { tokenFile: 'absent' },
      /^case-\d+\/absent, the tokenFile of user "u", cannot be read: ENOENT: no such file or directory$/,
    ],
    [{ token: 12345 }, /^case-\d+\/config: users.0.user.token: expected .*string.*, got number$/],
    [
      { 'auth-provider': { name: 'gcp', config: { 'access-token': 'x' } } },
      'the auth-provider "gcp" of user "u" cannot be used: kubectl dropped it in 1.26; use the plugin gke-gcloud-auth-plugin',
    ],
    [
      { 'auth-provider': { name: 'magic' } },
      'the auth-provider "magic" of user "u" cannot be used: only oidc is known',
    ],
  ])('%o is refused', async (user, problem) => {
    const message = await problemOf(kubeconfig({ cluster: trusted, user }))
    if (typeof problem === 'string') expect(message).toBe(problem)
    else expect(message).toMatch(problem)
  })

  test('a client certificate without its key is refused', async () => {
    const user = { 'client-certificate-data': base64(authority.cert) }
    const problem = await problemOf(kubeconfig({ cluster: trusted, user }))
    expect(problem).toBe('user "u" has a client-certificate, but no client-key')
  })

  async function loadAfter(name: string, content: string, user: object): ReturnType<Workplace['load']> {
    await place.write(`${file}/../${name}`, content)
    return credentialsOf(kubeconfig({ cluster: trusted, user: { ...user } }))
  }
})

describe('which cluster', () => {
  test('certificate-authority as a file, relative to the kubeconfig', async () => {
    await place.write(`${file}/../pki/ca.crt`, authority.cert)
    const cluster = { server: address, 'certificate-authority': './pki/ca.crt' }
    expect((await ask(await credentialsOf(kubeconfig({ cluster })))).path).toBe('/api')
  })

  test('a server with a path of its own', async () => {
    const cluster = { ...trusted, server: `${address}/k8s/clusters/c-1/` }
    expect((await ask(await credentialsOf(kubeconfig({ cluster })))).path).toBe('/k8s/clusters/c-1/api')
  })

  test('an unknown authority is not trusted', async () => {
    const credentials = await credentialsOf(kubeconfig({ cluster: { server: address } }))
    await expect(ask(credentials)).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' })
  })

  test('without an authority of its own, the ones of the machine are trusted, as SSL_CERT_FILE names them', async () => {
    const env = {
      KUBECONFIG: await place.write(file, kubeconfig({ cluster: { server: address } })),
      SSL_CERT_FILE: authority.certPath,
    }
    expect((await ask(await place.load({ env }))).path).toBe('/api')
  })

  test('insecure-skip-tls-verify trusts anybody', async () => {
    const cluster = { server: address, 'insecure-skip-tls-verify': true }
    expect((await ask(await credentialsOf(kubeconfig({ cluster })))).path).toBe('/api')
  })

  test('tls-server-name is the name that the certificate is checked by', async () => {
    const right = await credentialsOf(
      kubeconfig({ cluster: { ...trusted, 'tls-server-name': 'inside.test' } }),
    )
    expect(await ask(right)).toMatchObject({ servername: 'inside.test' })
    file += '-wrong'
    const wrong = await credentialsOf(
      kubeconfig({ cluster: { ...trusted, 'tls-server-name': 'other.test' } }),
    )
    await expect(ask(wrong)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })

  test.each(['http://', ''])(
    '"%s" in front of the address: plain HTTP, which no credential is sent over',
    async (scheme) => {
      await using plain = await echoServer()
      const cluster = { server: `${scheme}127.0.0.1:${plain.port}` }
      const seen = await ask(await credentialsOf(kubeconfig({ cluster, user: { token: 'abc', as: 'bob' } })))
      expect(seen.headers['authorization']).toBeUndefined()
      expect(seen.headers['impersonate-user']).toEqual(['bob'])
    },
  )

  test.each([
    [{}, /^cluster "c" in case-\d+\/config has no server$/],
    [{ server: 'ftp://x' }, /^the server "ftp:\/\/x" of cluster "c" is no http or https URL$/],
    [{ server: 'https://x:port' }, /^the server "https:\/\/x:port" of cluster "c" is no http or https URL$/],
    [
      { server: 'https://x', 'proxy-url': 'ftp://y' },
      /^the proxy-url of cluster "c" is no http, https or socks5 URL$/,
    ],
    [
      { server: 'https://x', 'certificate-authority': '/absent/ca' },
      /^\/absent\/ca, the certificate-authority of cluster "c", cannot be read: ENOENT: no such file or directory$/,
    ],
    [
      { server: 'https://x', 'certificate-authority-data': '!' },
      /^the certificate-authority of cluster "c" is not PEM in base64$/,
    ],
  ])('%o is refused', async (cluster, problem) => {
    expect(await problemOf(kubeconfig({ cluster }))).toMatch(problem)
  })
})

describe('which file and context', () => {
  const ENTRIES = `
contexts:
- {name: a, context: {cluster: one, user: ann, namespace: from-a}}
- {name: b, context: {cluster: one, user: bob}}
clusters:
- {name: one, cluster: {server: https://one}}
users:
- {name: ann, user: {token: ann}}
- {name: bob, user: {token: bob}}
`

  async function tokenOf(credentials: Awaited<ReturnType<Workplace['load']>>): Promise<unknown> {
    return (await credentials.headers())['authorization']
  }

  test('the current one', async () => {
    const credentials = await credentialsOf(`current-context: a${ENTRIES}`)
    expect(credentials).toMatchObject({ namespace: 'from-a', server: new URL('https://one') })
    expect(credentials.source).toBe(`kubeconfig ${place.dir}/${file}, context a`)
    expect(await tokenOf(credentials)).toBe('Bearer ann')
  })

  test('the one that the settings name', async () => {
    const env = { KUBECONFIG: await place.write(file, `current-context: a${ENTRIES}`) }
    const credentials = await place.load({ env, settings: { context: 'b', credentials: { cache: 'on' } } })
    expect(credentials.namespace).toBeUndefined()
    expect(await tokenOf(credentials)).toBe('Bearer bob')
  })

  test('a kubeconfig in the settings wins over KUBECONFIG, and that over ~/.kube/config', async () => {
    const config = (token: string): string =>
      kubeconfig({ cluster: { server: 'https://x' }, user: { token } })
    await place.write('home/.kube/config', config('home'))
    const env = { KUBECONFIG: await place.write('env', config('env')) }
    const set = { kubeconfig: await place.write('set', config('set')), credentials: { cache: 'on' } as const }
    expect(await tokenOf(await place.load())).toBe('Bearer home')
    expect(await tokenOf(await place.load({ env }))).toBe('Bearer env')
    expect(await tokenOf(await place.load({ env, settings: set }))).toBe('Bearer set')
  })

  test('of several files, the first to name something wins, and nothing is mixed', async () => {
    const first = await place.write(
      'merge/first/config',
      `
current-context: both
contexts: [{name: both, context: {cluster: shared, user: ann}}]
users: [{name: ann, user: {tokenFile: token}}]
clusters: null`,
    )
    const second = await place.write(
      'merge/second/config',
      `
current-context: other
contexts: [{name: both, context: {cluster: nowhere, user: nobody, namespace: mixed}}, {name: other, context: {cluster: shared}}]
clusters: [{name: shared, cluster: {server: https://shared, certificate-authority: ca.crt}}]
users: [{name: ann, user: {token: mixed, as: mixed}}]`,
    )
    await place.write('merge/first/token', 'relative to the first')
    await place.write('merge/second/ca.crt', authority.cert)
    const absent = `${place.dir}/merge/absent`
    const credentials = await place.load({ env: { KUBECONFIG: `${absent}::${first}:${second}:${first}` } })
    expect(credentials).toMatchObject({ server: new URL('https://shared'), tls: { ca: authority.cert } })
    expect(credentials.namespace).toBeUndefined()
    expect(credentials.source).toBe(`kubeconfig ${first}, context both`)
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer relative to the first' })
  })

  test.each([
    ['contexts: [', /^case-\d+\/config, line 1: /],
    ['just words', /^case-\d+\/config: the whole file: expected Object, got string$/],
    ['contexts: {}', /^case-\d+\/config: contexts: expected .*Array.*, got object$/],
    [`current-context: c${ENTRIES}`, /^context "c" does not exist in case-\d+\/config \(contexts: a, b\)$/],
    ['current-context: c', /^context "c" does not exist in case-\d+\/config \(it has none\)$/],
    [ENTRIES, /^there is no current-context in case-\d+\/config \(contexts: a, b\)$/],
    [
      'current-context: a\ncontexts: [{name: a, context: {cluster: gone}}]',
      /^context "a" in case-\d+\/config names the cluster "gone", which does not exist$/,
    ],
    ['current-context: a\ncontexts: [{name: a}]', /^context "a" in case-\d+\/config names no cluster$/],
    [
      `current-context: x\ncontexts: [{name: x, context: {cluster: one, user: eve}}]${ENTRIES.replace(/contexts:\n(- .*\n)*/, '')}`,
      /^context "x" in case-\d+\/config names the user "eve", which does not exist$/,
    ],
  ])('%j is refused', async (text, problem) => {
    expect(await problemOf(text)).toMatch(problem)
  })

  test('a file that cannot be read is an error', async () => {
    await place.write(`${file}/inside`, '')
    await expect(place.load({ env: { KUBECONFIG: `${place.dir}/${file}` } })).rejects.toMatchObject({
      code: 'KUBECONFIG',
      message: `cannot use the kubeconfig: ${place.dir}/${file} cannot be read: EISDIR: illegal operation on a directory`,
    })
  })

  test('a kubeconfig in the settings has to exist', async () => {
    const settings = { kubeconfig: '/absent/config', credentials: { cache: 'on' } as const }
    await expect(place.load({ settings })).rejects.toMatchObject({
      code: 'KUBECONFIG',
      message: 'cannot use the kubeconfig: /absent/config does not exist',
    })
  })

  test('a context in the settings has to exist, also where there is no kubeconfig', async () => {
    const settings = { context: 'a', credentials: { cache: 'on' } as const }
    await expect(place.load({ home: '/absent', settings })).rejects.toMatchObject({
      code: 'KUBECONFIG',
      message: 'cannot use the kubeconfig: context "a" does not exist in any kubeconfig',
    })
  })

  test.each([
    [{ KUBECONFIG: '/absent/a:/absent/b' }, '/absent', 'KUBECONFIG=/absent/a:/absent/b'],
    [{}, '/absent', '/absent/.kube/config'],
    [{}, undefined, 'KUBECONFIG is not set, and there is no home folder'],
  ])('nothing anywhere: %o, home %s', async (env, home, looked) => {
    await expect(place.load({ env, home })).rejects.toMatchObject({
      code: 'NO_CREDENTIALS',
      message: `no cluster to run Pods in: found no kubeconfig (${looked}) and no service account token`,
    })
  })
})
