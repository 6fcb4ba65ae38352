import type { AnswerHeaders } from './transport.ts'

export interface AnswerSinks {
  readonly onHead: (status: number, headers: AnswerHeaders) => void
  readonly onBody: (piece: Buffer) => void
  /** All of the answer is there. `isLast`: the connection can carry no other. */
  readonly onWhole: (isLast: boolean) => void
}

/** What comes next. `open`: a body that the end of the connection ends. */
type Part = 'head' | 'counted' | 'size' | 'chunk' | 'chunk end' | 'trailer' | 'open' | 'nothing'

const LINE_END = '\r\n'
const HEAD_END = '\r\n\r\n'
const MAX_HEAD_BYTES = 64 * 1024
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: .*)?$/
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9a-z-]+):(.*)$/i
/** The first of these counts: who passes an answer on may add its own. */
const SINGLE = new Set(['date', 'retry-after'])
const CHUNK_SIZE = /^([0-9a-f]{1,12})[\t ]*(?:;.*)?$/i
const NOTHING = Buffer.alloc(0)

/**
 * One answer of HTTP/1.1 (RFC 9112) to a GET, POST, PATCH or DELETE, from the bytes of its connection. Stricter than it
 * has to be: whatever could be read in two ways is an error, because half of a body must not pass for all of it.
 */
export class AnswerParser {
  readonly #sinks: AnswerSinks
  #part: Part = 'head'
  /** The beginning of a line, or of the head. */
  #begun: Buffer = NOTHING
  /** Bytes, of a counted body or a chunk. */
  #left = 0
  #isLast = false

  constructor(sinks: AnswerSinks) {
    this.#sinks = sinks
  }

  /** Throws when that is no answer, or more than one. */
  push(data: Buffer): void {
    let rest: Buffer | undefined = this.#begun.length > 0 ? Buffer.concat([this.#begun, data]) : data
    this.#begun = NOTHING
    while (rest !== undefined && rest.length > 0) {
      const next: Buffer | undefined = this.#take(rest)
      if (next === undefined) this.#begun = rest
      rest = next
    }
    if (this.#begun.length > MAX_HEAD_BYTES)
      throw unfit('its head or one of its lines has no end', this.#begun)
  }

  /** The connection has ended. Throws when that was too early. */
  end(): void {
    if (this.#part === 'open') this.#whole()
    if (this.#part !== 'nothing')
      throw Object.assign(new Error('the connection ended before the answer had'), { code: 'ECONNRESET' })
  }

  /** The rest of it; undefined when there has to be more of it first. */
  #take(data: Buffer): Buffer | undefined {
    switch (this.#part) {
      case 'head':
        return this.#until(HEAD_END, data, (text) => this.#head(text))
      case 'size':
        return this.#until(LINE_END, data, (line) => this.#size(line))
      case 'chunk end':
        return this.#until(LINE_END, data, (line) => this.#chunkEnd(line))
      case 'trailer':
        return this.#until(LINE_END, data, (line) => this.#trailer(line))
      case 'counted':
      case 'chunk':
        return this.#content(data)
      case 'open':
        this.#sinks.onBody(data)
        return NOTHING
      case 'nothing':
        throw unfit('there is more than the answer', data)
    }
  }

  #until(mark: string, data: Buffer, read: (text: string) => void): Buffer | undefined {
    const end = data.indexOf(mark, 0, 'latin1')
    if (end < 0) return undefined
    read(data.toString('latin1', 0, end))
    return data.subarray(end + mark.length)
  }

  #head(text: string): void {
    const [first = '', ...lines] = text.split(LINE_END)
    const [, minor, code] = STATUS_LINE.exec(first) ?? []
    if (code === undefined) throw unfit('it is no HTTP/1.1', Buffer.from(text, 'latin1'))
    const status = Number(code)
    if (status === 101)
      throw unfit('it changes to a protocol that nobody asked for', Buffer.from(text, 'latin1'))
    // There is another head to come.
    if (status < 200) return
    const headers = readHeaders(lines)
    this.#part = this.#framing(status, headers)
    this.#isLast = minor === '0' || this.#part === 'open' || /\bclose\b/i.test(headers['connection'] ?? '')
    this.#sinks.onHead(status, headers)
    if (this.#part === 'counted' && this.#left === 0) this.#whole()
  }

  /** RFC 9112, 6.3. */
  #framing(status: number, headers: Readonly<Record<string, string>>): Part {
    const { 'transfer-encoding': coding, 'content-length': length } = headers
    if (status === 204 || status === 304) return 'counted'
    if (coding !== undefined) {
      if (coding.toLowerCase() === 'chunked' && length === undefined) return 'size'
      throw unfit('it cannot be told where it ends', Buffer.from(`transfer-encoding: ${coding}`))
    }
    // Then nobody could tell half of it from all; of what went wrong, half a reason will do.
    if (length === undefined && status < 300) throw unfit('it cannot be told where it ends', NOTHING)
    if (length === undefined) return 'open'
    if (!/^\d{1,15}$/.test(length))
      throw unfit('it cannot be told where it ends', Buffer.from(`content-length: ${length}`))
    this.#left = Number(length)
    return 'counted'
  }

  #content(data: Buffer): Buffer {
    const piece = data.subarray(0, this.#left)
    this.#left -= piece.length
    this.#sinks.onBody(piece)
    if (this.#left === 0 && this.#part === 'chunk') this.#part = 'chunk end'
    else if (this.#left === 0) this.#whole()
    return data.subarray(piece.length)
  }

  #size(line: string): void {
    const [, digits] = CHUNK_SIZE.exec(line) ?? []
    if (digits === undefined) throw unfit('the size of a chunk is none', Buffer.from(line, 'latin1'))
    this.#left = Number.parseInt(digits, 16)
    this.#part = this.#left === 0 ? 'trailer' : 'chunk'
  }

  #chunkEnd(line: string): void {
    if (line !== '') throw unfit('a chunk is longer than its size', Buffer.from(line, 'latin1'))
    this.#part = 'size'
  }

  #trailer(line: string): void {
    if (line === '') this.#whole()
    else if (!HEADER_LINE.test(line)) throw unfit('it ends with no header', Buffer.from(line, 'latin1'))
  }

  #whole(): void {
    this.#part = 'nothing'
    this.#sinks.onWhole(this.#isLast)
  }
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>
  for (const line of lines) {
    const [, name, value] = HEADER_LINE.exec(line) ?? []
    if (name === undefined || value === undefined)
      throw unfit('one of its headers is none', Buffer.from(line, 'latin1'))
    const key = name.toLowerCase()
    const before = headers[key]
    if (before === undefined) headers[key] = withoutBlanks(value)
    else if (!SINGLE.has(key)) headers[key] = `${before}, ${withoutBlanks(value)}`
  }
  return headers
}

/** RFC 9110, 5.6.3. */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isBlank(text[start])) start += 1
  while (end > start && isBlank(text[end - 1])) end -= 1
  return text.slice(start, end)
}

function isBlank(letter: string | undefined): boolean {
  return letter === ' ' || letter === '\t'
}

const SHOWN_BYTES = 60

function unfit(problem: string, data: Buffer): NodeJS.ErrnoException {
  const begin = JSON.stringify(data.toString('latin1', 0, SHOWN_BYTES))
  return Object.assign(new Error(`the answer cannot be read: ${problem}: ${begin}`), { code: 'EBADMSG' })
}
