import type { Message } from './transport.ts'

/** RFC 9110, 5.6.2. */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i
/** RFC 9110, 5.5: a line break in a value would begin another line, or another request. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** A request as HTTP/1.1 writes it, in one piece. Throws when a header is none; its value is not told: it may be secret. */
export function requestBytes({ method, url, headers, payload }: Omit<Message, 'signal'>): Buffer {
  const body = Buffer.from(payload ?? '', 'utf8')
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `host: ${url.host}`]
  for (const [name, value] of Object.entries({ ...basicOf(url), ...headers })) {
    for (const line of Array.isArray(value) ? value : [value]) lines.push(headerLine(name, line))
  }
  if (method !== 'GET' || payload !== undefined) lines.push(`content-length: ${body.length}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body])
}

/** Who a URL says that we are, where nothing else does. */
function basicOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {}
  const who = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(who, 'utf8').toString('base64')}` }
}

function headerLine(name: string, value: string): string {
  if (!NAME.test(name)) throw unfit('ERR_INVALID_HTTP_TOKEN', `"${name}" is no name of a header`)
  if (!VALUE.test(value))
    throw unfit('ERR_INVALID_CHAR', `a character that no header can have in the header "${name}"`)
  return `${name}: ${value}`
}

function unfit(code: string, problem: string): NodeJS.ErrnoException {
  return Object.assign(new TypeError(problem), { code })
}
