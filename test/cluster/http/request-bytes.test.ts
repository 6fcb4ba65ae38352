import { expect, test } from 'vitest'
import { requestBytes } from '../../../src/cluster/http/request-bytes.ts'

const url = new URL('https://api.test:6443/api/v1/pods?watch=1&fieldSelector=metadata.name%3Dx')

test('a GET has a head alone', () => {
  const bytes = requestBytes({ method: 'GET', url, headers: { accept: 'application/json' } })
  expect(bytes.toString('latin1')).toBe(
    [
      'GET /api/v1/pods?watch=1&fieldSelector=metadata.name%3Dx HTTP/1.1',
      'host: api.test:6443',
      'accept: application/json',
      '',
      '',
    ].join('\r\n'),
  )
})

test.each([
  ['{"a":"ü"}', 'content-length: 10'],
  [undefined, 'content-length: 0'],
])('a POST of %s says its length in bytes', (payload, line) => {
  const bytes = requestBytes({ method: 'POST', url, headers: {}, ...(payload && { payload }) })
  const [head, body] = bytes.toString('utf8').split('\r\n\r\n')
  expect(head?.split('\r\n')).toContain(line)
  expect(body).toBe(payload ?? '')
})

test('who the URL says that we are is said, where nothing else is', () => {
  const named = new URL('https://me:p%3Aq@api.test/')
  const said = (headers: Record<string, string>): readonly string[] =>
    requestBytes({ method: 'GET', url: named, headers }).toString('latin1').split('\r\n').slice(1, -2)
  expect(said({})).toEqual([
    'host: api.test',
    `authorization: Basic ${Buffer.from('me:p:q').toString('base64')}`,
  ])
  expect(said({ authorization: 'Bearer t' })).toEqual(['host: api.test', 'authorization: Bearer t'])
})

test('each of many values has a line', () => {
  const headers = { 'Impersonate-Group': ['a,b', 'c'] }
  expect(requestBytes({ method: 'GET', url, headers }).toString('latin1')).toContain(
    'Impersonate-Group: a,b\r\nImpersonate-Group: c\r\n',
  )
})

test.each([
  ['a line break in a value', { authorization: 'Bearer a\r\nx: y' }, 'ERR_INVALID_CHAR'],
  ['a line feed at its end', { authorization: 'Bearer a\n' }, 'ERR_INVALID_CHAR'],
  ['a NUL', { authorization: 'Bearer \0' }, 'ERR_INVALID_CHAR'],
  ['a letter that is no byte', { authorization: 'Bearer ☃' }, 'ERR_INVALID_CHAR'],
  ['a line break in a name', { 'a\r\nb': '' }, 'ERR_INVALID_HTTP_TOKEN'],
  ['no name', { '': 'x' }, 'ERR_INVALID_HTTP_TOKEN'],
])('%s is refused, and no value told', (_what, headers, code) => {
  const act = (): unknown => requestBytes({ method: 'GET', url, headers })
  expect(act).toThrow(expect.objectContaining({ code }))
  expect(act).not.toThrow(/Bearer/)
})
