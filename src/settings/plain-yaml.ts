type Value = string | boolean | null | readonly Value[] | { readonly [key: string]: Value }

interface Line {
  readonly indent: number
  /** Without its indent. */
  readonly text: string
}

/** Nothing in it means anything but itself. */
const KEY = /^([A-Za-z][A-Za-z0-9_./-]{0,200}):(?: (.+))?$/
const PLAIN = /^(?:[A-Za-z/_]|--[A-Za-z])[A-Za-z0-9/_.~=+,:@%-]*$/
const QUOTED = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]*)"|'([\x20-\x26\x28-\x7e]*)')$/
const ITEM = '- '
/** Words that are no texts (YAML 1.2, 10.3.2), or might be taken for none. */
const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const NO_TEXT = /^(?:true|false|null)$/i

/**
 * YAML as programs write it, kubectl among them: mappings and sequences of one text a line. Undefined for anything else,
 * which may be YAML all the same: a real parser takes 10 ms, most of it to be loaded, and a kubeconfig is read before
 * anything else can happen (docs/adr/0014).
 */
export function plainYaml(text: string): Value | undefined {
  try {
    return new PlainYaml(text).read()
  } catch (error) {
    if (error === NOT_PLAIN) return undefined
    throw error
  }
}

const NOT_PLAIN = new Error('not plain')

class PlainYaml {
  readonly #lines: Line[]
  #at = 0

  constructor(text: string) {
    this.#lines = text
      .split('\n')
      .filter((line, at) => !/^ *(?:#.*)?$/.test(line) && !(at === 0 && line === '---'))
      .map((line) => {
        const indent = line.search(/[^ ]/)
        return { indent, text: line.slice(indent) }
      })
  }

  read(): Value {
    const value = this.#block(0)
    if (this.#next) throw NOT_PLAIN
    return value
  }

  get #next(): Line | undefined {
    return this.#lines[this.#at]
  }

  #block(indent: number): Value {
    if (this.#next?.indent !== indent) throw NOT_PLAIN
    return this.#next.text.startsWith(ITEM) ? this.#sequence(indent) : this.#mapping(indent)
  }

  #sequence(indent: number): Value {
    const items: Value[] = []
    for (let line = this.#next; line && this.#isItem(line, indent); line = this.#next) {
      const text = line.text.slice(ITEM.length)
      if (KEY.test(text)) {
        // What stands behind the dash is the first line of a mapping.
        this.#lines[this.#at] = { indent: indent + ITEM.length, text }
        items.push(this.#mapping(indent + ITEM.length))
      } else {
        items.push(scalar(text))
        this.#at += 1
      }
    }
    return this.#ended(items, indent)
  }

  #mapping(indent: number): Value {
    const mapping: Record<string, Value> = {}
    for (let line = this.#next; line?.indent === indent && !line.text.startsWith(ITEM); line = this.#next) {
      const [, key, text] = KEY.exec(line.text) ?? []
      if (key === undefined || NO_TEXT.test(key) || Object.hasOwn(mapping, key)) throw NOT_PLAIN
      this.#at += 1
      mapping[key] = text === undefined ? this.#below(indent) : scalar(text)
    }
    return this.#ended(mapping, indent)
  }

  /** What a key without a text stands for. A sequence need not be indented. */
  #below(indent: number): Value {
    const next = this.#next
    if (next && next.indent > indent) return this.#block(next.indent)
    return next && this.#isItem(next, indent) ? this.#sequence(indent) : null
  }

  #isItem({ indent, text }: Line, wanted: number): boolean {
    return indent === wanted && text.startsWith(ITEM)
  }

  /** Only what is indented less, or continues what this block is part of, may follow. */
  #ended(value: Value, indent: number): Value {
    const next = this.#next
    if (next && next.indent > indent) throw NOT_PLAIN
    return value
  }
}

function scalar(text: string): Value {
  const word = WORDS.get(text)
  if (word !== undefined) return word
  if (text === '{}') return {}
  if (text === '[]') return []
  const [, double, single] = QUOTED.exec(text) ?? []
  const quoted = double ?? single
  if (quoted !== undefined) return quoted
  if (!PLAIN.test(text) || text.endsWith(':') || NO_TEXT.test(text)) throw NOT_PLAIN
  return text
}
