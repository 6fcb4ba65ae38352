import { rm, symlink } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeAuthority } from '../doubles/certificates.ts'
import { echoServer } from '../doubles/echo-server.ts'
import { ask, kubeconfig, type Workplace, workplace } from './credentials-support.ts'

const IN_POD = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }

let place: Workplace

beforeEach(async () => {
  place = await workplace()
  await place.write('serviceaccount/token', 'first\n')
  await place.write('serviceaccount/namespace', 'builds\n')
})
afterEach(() => place.remove())

test('the Pod’s own service account, and a rotated token at the next request', async () => {
  const authority = makeAuthority(place.dir)
  await using server = await echoServer(authority.issue('kubernetes', ['IP:127.0.0.1']))
  await place.write('serviceaccount/ca.crt', authority.cert)
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) }
  const credentials = await place.load({ env })
  expect(credentials).toMatchObject({ namespace: 'builds', source: 'service account of this Pod' })
  expect((await ask(credentials)).headers['authorization']).toEqual(['Bearer first'])
  await place.write('serviceaccount/token', 'second\n')
  expect((await ask(credentials)).headers['authorization']).toEqual(['Bearer second'])
  await rm(`${place.dir}/serviceaccount/token`)
  expect((await ask(credentials)).headers['authorization']).toEqual(['Bearer second'])
})

test.each([
  ['10.96.0.1', 'https://10.96.0.1/'],
  ['fd00::1', 'https://[fd00::1]/'],
  ['kubernetes.default.svc', 'https://kubernetes.default.svc/'],
])('the address %s', async (host, server) => {
  const credentials = await place.load({ env: { ...IN_POD, KUBERNETES_SERVICE_HOST: host } })
  expect(credentials.server.href).toBe(server)
})

test('POD_NAMESPACE goes before the mounted namespace', async () => {
  expect(await place.load({ env: { ...IN_POD, POD_NAMESPACE: 'downward' } })).toMatchObject({
    namespace: 'downward',
  })
})

test('without a mounted namespace there is none', async () => {
  await rm(`${place.dir}/serviceaccount/namespace`)
  expect((await place.load({ env: IN_POD })).namespace).toBeUndefined()
})

test.each([
  ['the host', { KUBERNETES_SERVICE_HOST: '' }],
  ['the port', { KUBERNETES_SERVICE_PORT: undefined }],
])('without %s it is no Pod', async (_what, env) => {
  await expect(place.load({ env: { ...IN_POD, ...env } })).rejects.toMatchObject({ code: 'NO_CREDENTIALS' })
})

test('a Pod without a token has no service account', async () => {
  await rm(`${place.dir}/serviceaccount/token`)
  await expect(place.load({ env: IN_POD })).rejects.toMatchObject({ code: 'NO_CREDENTIALS' })
})

test('a token that cannot be read says so', async () => {
  await rm(`${place.dir}/serviceaccount/token`)
  // There, and unreadable even for root.
  await symlink('/proc/self/mem', `${place.dir}/serviceaccount/token`)
  await expect(place.load({ env: IN_POD })).rejects.toMatchObject({
    code: 'SERVICE_ACCOUNT',
    message: expect.stringContaining('its token cannot be read: EIO') as string,
  })
})

test('a kubeconfig goes before the service account', async () => {
  await place.write(
    'home/.kube/config',
    kubeconfig({ cluster: { server: 'https://elsewhere' }, user: { token: 'k' } }),
  )
  expect((await place.load({ env: IN_POD })).server.href).toBe('https://elsewhere/')
})

test('a context without a namespace means the Pod’s own, one with a namespace does not', async () => {
  const cluster = { server: 'https://elsewhere' }
  await place.write('home/.kube/config', kubeconfig({ cluster }))
  expect((await place.load({ env: IN_POD })).namespace).toBe('builds')
  expect((await place.load({ env: {} })).namespace).toBeUndefined()
  await place.write('home/.kube/config', kubeconfig({ cluster, context: { namespace: 'named' } }))
  expect((await place.load({ env: IN_POD })).namespace).toBe('named')
})

test.each([
  ['nothing in it', ''],
  ['no current context', 'clusters: [{name: c, cluster: {server: https://elsewhere}}]'],
])('a kubeconfig with %s leaves it to the service account', async (_what, text) => {
  await place.write('home/.kube/config', text)
  expect((await place.load({ env: IN_POD })).server.href).toBe('https://10.96.0.1/')
})

test('KUBECONFIG with only missing files leaves it to the service account', async () => {
  const credentials = await place.load({ env: { ...IN_POD, KUBECONFIG: '/absent/a:/absent/b' } })
  expect(credentials.source).toBe('service account of this Pod')
})

test('a kubeconfig that the settings name never does', async () => {
  const settings = { kubeconfig: await place.write('empty', ''), credentials: { cache: 'on' } as const }
  await expect(place.load({ env: IN_POD, settings })).rejects.toMatchObject({
    code: 'KUBECONFIG',
    message: `cannot use the kubeconfig: ${place.dir}/empty is empty`,
  })
})
