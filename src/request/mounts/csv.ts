/** Makes the error for a problem. */
export type Refuse = (problem: string) => Error

interface Field {
  readonly value: string
  /** Where the comma, or the end of the line, is. */
  readonly end: number
}

const QUOTED = /"([^"]*(?:""[^"]*)*)"(?!")/y

/** The first record of comma-separated values, as Go's encoding/csv reads it, with its error texts. */
export function csvFields(text: string, refuse: Refuse): readonly string[] {
  const record = text.replaceAll('\r\n', '\n')
  const fields: string[] = []
  for (let at = 0; ; ) {
    const { value, end } = record[at] === '"' ? quoted(record, at, refuse) : plain(record, at, refuse)
    fields.push(value)
    if (record[end] !== ',') return fields
    at = end + 1
  }
}

function plain(record: string, at: number, refuse: Refuse): Field {
  const length = record.slice(at).search(/[,\n]/)
  const end = length < 0 ? record.length : at + length
  const value = record.slice(at, end)
  const quote = value.indexOf('"')
  if (quote >= 0) throw refuse(`${place(record, at + quote)}: bare " in non-quoted-field`)
  return { value, end }
}

function quoted(record: string, at: number, refuse: Refuse): Field {
  QUOTED.lastIndex = at
  const [whole, content] = QUOTED.exec(record) ?? []
  const end = whole === undefined ? record.length : at + whole.length
  const isClosed = content !== undefined && (end === record.length || /[,\n]/.test(record.charAt(end)))
  if (isClosed) return { value: content.replaceAll('""', '"'), end }
  const wrong = whole === undefined ? end : end - 1
  throw refuse(`${place(record, wrong)}: extraneous or missing " in quoted-field`)
}

/** Go counts bytes, from 1. */
function place(record: string, at: number): string {
  const lines = record.slice(0, at).split('\n')
  const column = Buffer.byteLength(lines.at(-1) ?? '') + 1
  const start = lines.length > 1 ? 'record on line 1; ' : ''
  return `${start}parse error on line ${lines.length}, column ${column}`
}
