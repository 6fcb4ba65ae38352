import { describe, expect, test } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { ApiError, ConnectionError } from '../../src/cluster/api-error.ts'
import { attach } from '../../src/cluster/container-streams.ts'
import { getPod } from '../../src/cluster/pods.ts'
import { refuse } from '../doubles/fake-cluster/intervention.ts'
import { fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { credentialsFor } from '../doubles/run-on.ts'

const POD = { namespace: NAMESPACE, name: 'x' }

describe('an answer that is no success', () => {
  test('tells status, reason and message', async () => {
    await using cluster = await fakeCluster()
    const api = new ApiClient(credentialsFor(cluster))
    const error: unknown = await getPod(api, POD, {}).catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 404, reason: 'NotFound', message: 'pods "x" not found' })
    api.close()
  })

  test('says how long to wait', async () => {
    const requests = [{ on: 'get pods', does: refuse(429, 'TooManyRequests', 'slow down') }]
    await using cluster = await fakeCluster({ requests })
    const api = new ApiClient(credentialsFor(cluster))
    await expect(getPod(api, POD, {})).rejects.toMatchObject({ status: 429, retryAfterMs: 1000 })
    api.close()
  })

  test.each([
    ['was reset', { kind: 'reset' } as const],
    ['was reset after it was done', { kind: 'resetAfter' } as const],
  ])('%s: no answer at all', async (_what, does) => {
    await using cluster = await fakeCluster({ requests: [{ on: 'delete secrets', does }] })
    const api = new ApiClient(credentialsFor(cluster))
    cluster.store.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: POD })
    const path = `/api/v1/namespaces/${NAMESPACE}/secrets/x`
    const request = { action: { verb: 'delete', resource: 'secrets' }, method: 'DELETE', path } as const
    await expect(api.bytes(request)).rejects.toBeInstanceOf(ConnectionError)
    api.close()
  })
})

describe('credentials that are refused', () => {
  const once = { on: 'get pods', times: 1, does: refuse(401, 'Unauthorized', 'Unauthorized') }

  test('are renewed once, where that can help', async () => {
    await using cluster = await fakeCluster({ requests: [once] })
    let renewals = 0
    const refresh = (): Promise<void> => {
      renewals += 1
      return Promise.resolve()
    }
    const api = new ApiClient({ ...credentialsFor(cluster), refresh })
    await expect(getPod(api, POD, {})).rejects.toMatchObject({ status: 404 })
    expect(renewals).toBe(1)
    api.close()
  })

  test('are final, where it cannot', async () => {
    await using cluster = await fakeCluster({ requests: [once] })
    const api = new ApiClient(credentialsFor(cluster))
    await expect(getPod(api, POD, {})).rejects.toMatchObject({ status: 401 })
    expect(cluster.count('get pods')).toBe(1)
    api.close()
  })
})

test('what is stopped keeps the reason of its stop, not of the broken connection', async () => {
  await using cluster = await fakeCluster({ requests: [{ on: 'get pods', does: { kind: 'hang' } }] })
  const api = new ApiClient(credentialsFor(cluster))
  const controller = new AbortController()
  const request = getPod(api, POD, { signal: controller.signal })
  await cluster.seen('get pods')
  controller.abort()
  await expect(request).rejects.toMatchObject({ name: 'AbortError' })
  api.close()
})

test('an attach that is stopped while its credentials are still being asked for is never dialled', async () => {
  await using cluster = await fakeCluster()
  const controller = new AbortController()
  const reason = new Error('the deadline')
  const headers = async (): Promise<Record<string, string>> => {
    await Promise.resolve()
    controller.abort(reason)
    return {}
  }
  const api = new ApiClient({ ...credentialsFor(cluster), headers })
  const sinks = { stdout: () => undefined, stderr: () => undefined }
  const dialled = attach(api, { ...POD, container: 'function', sinks, signal: controller.signal })
  await expect(dialled).rejects.toBe(reason)
  expect(cluster.count('get pods/attach')).toBe(0)
  api.close()
})

test.each([
  ['https://api.test', '/api/v1', 'https://api.test/api/v1'],
  ['https://rancher.test/k8s/clusters/c-1', '/api/v1', 'https://rancher.test/k8s/clusters/c-1/api/v1'],
  ['https://rancher.test/k8s/', '/api/v1', 'https://rancher.test/k8s/api/v1'],
])('%s and %s are %s', (server, path, expected) => {
  const api = new ApiClient({
    server: new URL(server),
    source: '',
    tls: {},
    headers: () => Promise.resolve({}),
  })
  expect(api.url(path).href).toBe(expected)
  expect(api.url(path, { a: 'b c&d' }).search).toBe('?a=b+c%26d')
})
