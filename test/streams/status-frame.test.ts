import { expect, test } from 'vitest'
import { parseStatusFrame } from '../../src/streams/status-frame.ts'

const failure = (message: string): string =>
  JSON.stringify({ metadata: {}, status: 'Failure', message, code: 500 })

test('success is what every attach that ended says', () => {
  expect(parseStatusFrame('{"metadata":{},"status":"Success"}')).toEqual({ kind: 'success' })
})

test.each([
  'unable to upgrade connection: container function not found in pod krmpod-x_default',
  'container function not found in pod krmpod-x_default',
])('nobody was attached: %s', (message) => {
  expect(parseStatusFrame(failure(message))).toEqual({ kind: 'notAttached', message })
})

test.each(['error reading from error stream: next reader: EOF', 'error dialing backend: EOF'])(
  'it failed: %s',
  (message) => {
    expect(parseStatusFrame(failure(message))).toEqual({ kind: 'failure', message })
  },
)

test.each(['', 'Success', 'null', '[]', '"Success"', '{"status":"success"}', '{}', '{"status":'])(
  '%j is never taken for success',
  (json) => {
    expect(parseStatusFrame(json).kind).toBe('failure')
  },
)
