import { describe, expect, test } from 'vitest'
import { ApiError, ConnectionError } from '../../src/cluster/api-error.ts'
import { patiently } from '../../src/session/patience.ts'
import { Trace } from '../../src/session/trace.ts'
import { action, apiError, connectionError } from './errors.ts'

const trace = new Trace(() => 0)
const signal = new AbortController().signal

/** Fails with each of these once, then succeeds. */
function failing(...errors: readonly Error[]): (tries: number) => Promise<number> {
  return (tries) => {
    const error = errors[tries]
    return error ? Promise.reject(error) : Promise.resolve(tries)
  }
}

describe('what may pass is tried again', () => {
  test.each([
    ['nothing at all', []],
    ['a reset', [connectionError('ECONNRESET')]],
    ['a refused connection, twice', [connectionError('ECONNREFUSED'), connectionError('ECONNREFUSED')]],
    ['500 and 503', [apiError(500), apiError(503)]],
    ['429', [apiError(429)]],
    ['a full quota', [apiError(403, 'exceeded quota: small')]],
    ['a conflict', [apiError(409, 'the object has been modified', 'Conflict')]],
  ])('%s', async (_what, errors) => {
    expect(await patiently(failing(...errors), { trace, signal })).toBe(errors.length)
  })
})

describe('what cannot pass is thrown as it is', () => {
  test.each([
    ['a wrong certificate', connectionError('CERT_HAS_EXPIRED')],
    ['another name in it', connectionError('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['a key of another certificate', connectionError('ERR_OSSL_X509_KEY_VALUES_MISMATCH')],
    ['a token with a line break', connectionError('ERR_INVALID_CHAR')],
    ['403', apiError(403, 'forbidden')],
    ['404', apiError(404)],
    ['422', apiError(422)],
    ['a name that is taken', apiError(409, 'already exists', 'AlreadyExists')],
    ['anything else', new TypeError('a fault of ours')],
  ])('%s', async (_what, error) => {
    await expect(patiently(failing(error), { trace, signal })).rejects.toBe(error)
  })
})

test('Retry-After is the least it waits', async () => {
  const error = new ApiError(action, { status: 429, headers: { 'retry-after': '1' }, body: Buffer.alloc(0) })
  const start = performance.now()
  await patiently(failing(error), { trace, signal })
  expect(performance.now() - start).toBeGreaterThanOrEqual(1000)
})

describe('the end of the run ends it, with its reason', () => {
  const reason = new Error('the deadline')

  test('while it waits', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 20)
    const forever = (): Promise<never> =>
      Promise.reject(new ConnectionError(action, connectionError('ECONNRESET')))
    await expect(patiently(forever, { trace, signal: controller.signal })).rejects.toBe(reason)
  })

  test('while an attempt is on its way', async () => {
    const controller = new AbortController()
    const attempt = (): Promise<never> => {
      controller.abort(reason)
      return Promise.reject(apiError(404))
    }
    await expect(patiently(attempt, { trace, signal: controller.signal })).rejects.toBe(reason)
  })
})

test('what it waits for is told', async () => {
  const told: string[] = []
  const own = new Trace(
    () => 0,
    (_phase, detail) => told.push(detail ?? ''),
  )
  await patiently(failing(apiError(403, 'exceeded quota: small'), apiError(500, 'no leader')), {
    trace: own,
    signal,
  })
  expect(told).toEqual(['exceeded quota: small', 'no leader'])
})
