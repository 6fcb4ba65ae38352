import { cut } from '../argv/cut.ts'
import { RunError } from '../errors/run-error.ts'

/** A line `NAME=VALUE`, or a bare `NAME` without a value. */
export type KeyValue = readonly [name: string, value: string | undefined]

/** Gives a file's content, or throws. */
export type ReadFile = (path: string) => Uint8Array

const NEWLINE = 10
const CARRIAGE_RETURN = 13
// docker's reader takes lines of less than 64 KiB.
const MAX_LINE_BYTES = 64 * 1024 - 1
// Go's unicode.IsSpace, which is not JavaScript's \s.
const LEADING_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/

/**
 * Reads a file of --env-file or --label-file by docker's rules (docker/cli, pkg/kvfile): no quotes, escapes or
 * interpolation; empty lines and `#` lines are skipped; blanks are kept, except at the start of a line.
 */
export function readKeyValues(file: string, readFile: ReadFile): readonly KeyValue[] {
  const refuse = (problem: string, cause?: unknown): RunError =>
    new RunError('ENV_FILE', { file, problem }, { cause })
  const keyValues: KeyValue[] = []
  for (const [index, bytes] of linesOf(contentOf(file, readFile)).entries()) {
    if (bytes.length > MAX_LINE_BYTES)
      throw refuse(`line ${index + 1} is longer than ${MAX_LINE_BYTES} bytes`)
    const text = decode(bytes)
    if (text === undefined) throw refuse(`invalid utf8 bytes at line ${index + 1}`)
    const line = (index === 0 ? text.replace(/^\uFEFF/, '') : text).replace(LEADING_SPACE, '')
    if (line === '' || line.startsWith('#')) continue
    const [name, value] = cut(line, '=')
    if (name === '') throw refuse(`no variable name on line '${line}'`)
    if (/[ \t]/.test(name)) throw refuse(`variable '${name}' contains whitespaces`)
    keyValues.push([name, value])
  }
  return keyValues
}

function contentOf(file: string, readFile: ReadFile): Uint8Array {
  try {
    return readFile(file)
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new RunError('ENV_FILE', { file, problem }, { cause })
  }
}

function linesOf(content: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = []
  let start = 0
  for (let end = content.indexOf(NEWLINE); end >= 0; end = content.indexOf(NEWLINE, start)) {
    lines.push(content.subarray(start, end))
    start = end + 1
  }
  return [...lines, content.subarray(start)].map(withoutCarriageReturn)
}

function withoutCarriageReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
