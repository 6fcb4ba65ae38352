import { readFile, stat, symlink } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Authority, makeAuthority } from '../doubles/certificates.ts'
import { type Workplace, workplace } from './credentials-support.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')

interface Provider extends AsyncDisposable {
  readonly issuer: string
  readonly refreshes: readonly { readonly authorization?: string; readonly form: Record<string, string> }[]
}

let place: Workplace
let authority: Authority

beforeEach(async () => {
  place = await workplace()
  authority = makeAuthority(place.dir)
})
afterEach(() => place.remove())

function idToken(expiresMs: number): string {
  return ['{"alg":"none"}', JSON.stringify({ exp: expiresMs / 1000 })]
    .map((part) => Buffer.from(part).toString('base64url'))
    .concat('signature')
    .join('.')
}

/** An identity provider whose token endpoint answers with what `answer` makes of a refresh. */
async function provider(
  answer: (refresh: Provider['refreshes'][number]) => { status?: number; body: object },
): Promise<Provider> {
  const refreshes: Provider['refreshes'][number][] = []
  const server = https.createServer(authority.issue('idp', ['IP:127.0.0.1']))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}/realm`
  const reply = async (request: IncomingMessage): Promise<{ status?: number; body: object }> => {
    if (request.url === '/realm/.well-known/openid-configuration')
      return { body: { token_endpoint: `${issuer}/token` } }
    const { authorization } = request.headers
    const refresh = {
      ...(authorization && { authorization }),
      form: Object.fromEntries(new URLSearchParams(await text(request))),
    }
    refreshes.push(refresh)
    return answer(refresh)
  }
  server.on('request', (request, response) => {
    void reply(request).then(({ status = 200, body }) => response.writeHead(status).end(JSON.stringify(body)))
  })
  return {
    issuer: `${issuer}/`,
    refreshes,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function config(settings: Record<string, string>): string {
  const lines = Object.entries(settings).map(([key, value]) => `          ${key}: ${JSON.stringify(value)}`)
  return `# my clusters
current-context: main
contexts:
  - { name: main, context: { cluster: c, user: u } }
clusters:
  - { name: c, cluster: { server: "https://x" } }
users:
  - name: u
    user:
      auth-provider:
        name: oidc # company login
        config:
${lines.join('\n')}
`
}

async function load(file: string, now: () => number = () => NOW): ReturnType<Workplace['load']> {
  return place.load({ env: { KUBECONFIG: file }, now })
}

test('an ID token that is still good is used, and nobody is asked', async () => {
  const token = idToken(NOW + 60_000)
  const file = await place.write('config', config({ 'id-token': token }))
  const credentials = await load(file)
  expect(await credentials.headers()).toEqual({ authorization: `Bearer ${token}` })
  expect(credentials.refresh).toBeUndefined()
})

test('an expired one is renewed, and kubectl finds the new tokens in its kubeconfig', async () => {
  const fresh = idToken(NOW + 600_000)
  await using idp = await provider(() => ({ body: { id_token: fresh, refresh_token: 'r2' } }))
  const settings = {
    'idp-issuer-url': idp.issuer,
    'idp-certificate-authority': 'test-ca.crt',
    'client-id': 'kube',
    'client-secret': 's/cret',
    'id-token': idToken(NOW),
    'refresh-token': 'r1',
  }
  const file = await place.write('config', config(settings), 0o640)
  const link = join(place.dir, 'link')
  await symlink(file, link)
  const credentials = await load(link)
  const headers = await Promise.all([credentials.headers(), credentials.headers()])
  expect(headers).toEqual(Array(2).fill({ authorization: `Bearer ${fresh}` }))
  expect(idp.refreshes).toEqual([
    {
      authorization: `Basic ${Buffer.from('kube:s%2Fcret').toString('base64')}`,
      form: { grant_type: 'refresh_token', refresh_token: 'r1' },
    },
  ])
  expect(await readFile(file, 'utf8')).toBe(config({ ...settings, 'id-token': fresh, 'refresh-token': 'r2' }))
  expect((await stat(file)).mode & 0o777).toBe(0o640)
  await expect(stat(`${file}.lock`)).rejects.toThrow('ENOENT')
})

test('during a long run it is renewed again, with the newest refresh token', async () => {
  let now = NOW
  await using idp = await provider(({ form }) => ({
    body: { id_token: idToken(now + 60_000), refresh_token: `${form['refresh_token'] ?? ''}+` },
  }))
  const file = await place.write(
    'config',
    config({
      'idp-issuer-url': idp.issuer,
      'idp-certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
      'client-id': 'kube',
      'refresh-token': 'r',
    }),
  )
  const credentials = await load(file, () => now)
  now += 55_000
  await credentials.headers()
  await credentials.refresh?.()
  expect(idp.refreshes.map(({ form }) => form['refresh_token'])).toEqual(['r', 'r+', 'r++'])
  expect(await readFile(file, 'utf8')).toContain('refresh-token: "r+++"')
})

test('a provider that wants the client’s name in the body gets it there', async () => {
  await using idp = await provider(({ authorization }) =>
    authorization ? { status: 401, body: {} } : { body: { id_token: idToken(NOW + 60_000) } },
  )
  const file = await place.write(
    'config',
    config({
      'idp-issuer-url': idp.issuer,
      'idp-certificate-authority': 'test-ca.crt',
      'client-id': 'kube',
      'refresh-token': 'r1',
    }),
  )
  await load(file)
  expect(idp.refreshes[1]).toEqual({
    form: { grant_type: 'refresh_token', refresh_token: 'r1', client_id: 'kube' },
  })
  expect(await readFile(file, 'utf8')).toContain('refresh-token: "r1"')
})

test('a kubeconfig that kubectl has locked is left as it is', async () => {
  await using idp = await provider(() => ({ body: { id_token: idToken(NOW + 60_000), refresh_token: 'r2' } }))
  const before = config({
    'idp-issuer-url': idp.issuer,
    'idp-certificate-authority': 'test-ca.crt',
    'client-id': 'kube',
    'refresh-token': 'r1',
  })
  const file = await place.write('config', before)
  await place.write('config.lock', '')
  const credentials = await load(file)
  expect((await credentials.headers())['authorization']).toMatch(/^Bearer /)
  expect(await readFile(file, 'utf8')).toBe(before)
})

test.each([
  [{}, 'has expired, and there is no refresh-token to renew it'],
  [{ 'id-token': 'no-jwt' }, 'has expired, and there is no refresh-token to renew it'],
  [{ 'refresh-token': 'r' }, 'cannot be renewed without idp-issuer-url and client-id'],
  [
    { 'refresh-token': 'r', 'client-id': 'kube', 'idp-issuer-url': 'https://127.0.0.1:1' },
    'cannot be renewed at https://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
  ],
])('%o is refused', async (settings, problem) => {
  const file = await place.write('config', config(settings))
  await expect(load(file)).rejects.toMatchObject({
    code: 'KUBECONFIG',
    message: `cannot use the kubeconfig: the OIDC token of user "u" ${problem}`,
  })
})

test.each([
  [{ status: 400, body: { error: 'invalid_grant' } }, 'answered 400'],
  [{ body: { access_token: 'x' } }, 'answered without id_token'],
])('an answer of the provider that helps nobody: %o', async (answer, problem) => {
  await using idp = await provider(() => answer)
  const settings = { 'idp-issuer-url': idp.issuer, 'client-id': 'kube', 'refresh-token': 'r1' }
  const file = await place.write(
    'config',
    config({ ...settings, 'idp-certificate-authority': 'test-ca.crt' }),
  )
  await expect(load(file)).rejects.toMatchObject({
    code: 'KUBECONFIG',
    message: `cannot use the kubeconfig: the OIDC token of user "u" cannot be renewed at ${idp.issuer}: ${idp.issuer}token ${problem}`,
  })
})
