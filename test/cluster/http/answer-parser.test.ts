import { describe, expect, test } from 'vitest'
import { AnswerParser } from '../../../src/cluster/http/answer-parser.ts'

interface Read {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  readonly isLast: boolean
}

/** What the parser makes of these pieces; undefined while the answer is not whole. */
function read(pieces: readonly string[], { ends = false } = {}): Read | undefined {
  let head: Pick<Read, 'status' | 'headers'> | undefined
  let whole: Read | undefined
  let body = ''
  const parser = new AnswerParser({
    onHead: (status, headers) => (head = { status, headers: { ...headers } }),
    onBody: (piece) => (body += piece.toString('latin1')),
    onWhole: (isLast) => {
      if (!head || whole) throw new Error('whole without a head, or twice')
      whole = { ...head, body, isLast }
    },
  })
  for (const piece of pieces) parser.push(Buffer.from(piece, 'latin1'))
  if (ends) parser.end()
  return whole
}

const LINES = { 'content-length': '5', 'x-a': '1, 2' }
const GOOD: readonly [what: string, text: string, expected: Omit<Read, 'headers'> & Partial<Read>][] = [
  [
    'a counted body',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a:\t2 \r\n\r\nhello',
    { status: 200, body: 'hello', isLast: false, headers: LINES },
  ],
  [
    'an empty body',
    'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n',
    { status: 404, body: '', isLast: false },
  ],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\nC ; a="b"\r\n, the\r\nworld\r\n0\r\n\r\n',
    { status: 200, body: 'hello, the\r\nworld', isLast: false },
  ],
  [
    'chunks with trailers',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n\r\n\r\n000\r\nx-sum: 1\r\nx-b:\r\n\r\n',
    { status: 200, body: '\r\n', isLast: false },
  ],
  ['no content', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '', isLast: false }],
  ['no reason', 'HTTP/1.1 204\r\n\r\n', { status: 204, body: '', isLast: false }],
  [
    'an answer after others that only announce it',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n!',
    { status: 200, body: '!', isLast: false },
  ],
  [
    'the last answer of its connection',
    'HTTP/1.1 200 OK\r\nconnection: keep-alive, Close\r\ncontent-length: 1\r\n\r\n!',
    { status: 200, body: '!', isLast: true },
  ],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\n!', { status: 200, body: '!', isLast: true }],
]

describe('an answer', () => {
  test.each(GOOD)('%s', (_what, text, expected) => {
    expect(read([text])).toMatchObject(expected)
  })

  test.each(GOOD)('%s, wherever it is cut in two, and byte by byte', (_what, text) => {
    const expected = read([text])
    for (let at = 0; at <= text.length; at += 1)
      expect(read([text.slice(0, at), text.slice(at)])).toEqual(expected)
    expect(read(Array.from(text))).toEqual(expected)
  })

  test.each(GOOD)('%s, and never before its last byte', (_what, text) => {
    for (let at = 0; at < text.length; at += 1) {
      expect(read([text.slice(0, at)])).toBeUndefined()
      expect(() => read([text.slice(0, at)], { ends: true })).toThrow(
        /the connection ended before the answer had/,
      )
    }
    expect(read([text], { ends: true })).toBeDefined()
  })

  test('of two clocks the first is read', () => {
    const text = 'HTTP/1.1 200 OK\r\ndate: a\r\ncontent-length: 0\r\ndate: b\r\n\r\n'
    expect(read([text])?.headers).toEqual({ date: 'a', 'content-length': '0' })
  })

  test('without a length it ends with its connection', () => {
    const text = 'HTTP/1.1 400 Bad Request\r\n\r\nan HTTP request to an HTTPS server'
    expect(read([text])).toBeUndefined()
    expect(read([text], { ends: true })).toMatchObject({ status: 400, isLast: true, body: /^an .* server$/ })
  })
})

const HEAD = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`

describe('what can be read in two ways, or in none, is no answer', () => {
  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 'it is no HTTP/1.1: "SSH-2.0-OpenSSH_9.2"'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n', 'it is no HTTP/1.1'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'it is no HTTP/1.1'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'a protocol that nobody asked for'],
    ['two lengths', `${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n!`, 'where it ends'],
    ['the same length twice', `${HEAD}content-length: 1\r\ncontent-length: 1\r\n\r\n!`, 'where it ends'],
    ['a signed length', `${HEAD}content-length: +1\r\n\r\n!`, 'where it ends: "content-length: +1"'],
    ['no length', `${HEAD}content-length:\r\n\r\n!`, 'where it ends'],
    [
      'a length and chunks',
      `${HEAD}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`,
      'where it ends',
    ],
    [
      'no length and no chunks, where nobody could tell half of it from all',
      `${HEAD}\r\nhalf`,
      'where it ends',
    ],
    ['another coding', `${HEAD}transfer-encoding: gzip, chunked\r\n\r\n`, 'where it ends'],
    ['a header without a name', `${HEAD}: x\r\n\r\n`, 'one of its headers is none'],
    ['a blank behind a name', `${HEAD}content-length : 1\r\n\r\n`, 'one of its headers is none'],
    ['a header of two lines', `${HEAD}a: b\r\n c\r\n\r\n`, 'one of its headers is none'],
    ['a size that is none', `${CHUNKED}x\r\n`, 'the size of a chunk is none: "x"'],
    ['a signed size', `${CHUNKED}-1\r\n`, 'the size of a chunk is none'],
    ['no size', `${CHUNKED}\r\n`, 'the size of a chunk is none'],
    ['a size beyond all', `${CHUNKED}fffffffffffff\r\n`, 'the size of a chunk is none'],
    ['a chunk that goes on', `${CHUNKED}1\r\nab\r\n`, 'a chunk is longer than its size'],
    ['a trailer that is none', `${CHUNKED}0\r\nHTTP/1.1 200 OK\r\n`, 'it ends with no header'],
    ['more than it says', `${HEAD}content-length: 1\r\n\r\n!!`, 'there is more than the answer: "!"'],
    ['a head without an end', `${HEAD}${'x: y\r\n'.repeat(20_000)}`, 'has no end'],
  ])('%s', (_what, text, problem) => {
    const act = (): unknown => read([text])
    expect(act).toThrow(problem)
    expect(act).toThrow(expect.objectContaining({ code: 'EBADMSG' }))
  })
})
