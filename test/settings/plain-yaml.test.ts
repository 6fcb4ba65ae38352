import { describe, expect, test } from 'vitest'
import { parseDocument, stringify } from 'yaml'
import { plainYaml } from '../../src/settings/plain-yaml.ts'

/** As kubectl writes it. */
const KUBECONFIG = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==
    extensions:
    - extension:
        provider: minikube.sigs.k8s.io
      name: cluster_info
    server: https://10.0.0.1:6443
  name: kind-kind
contexts:
- context:
    cluster: kind-kind
    namespace: ""
    user: admin@kind
  name: kind-kind
current-context: kind-kind
kind: Config
preferences: {}
users:
- name: admin@kind
  user:
    client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - --region
      - eu-central-1
      - eks:get-token
      command: aws
      env: null
      interactiveMode: IfAvailable
      provideClusterInfo: false
`

const PLAIN: readonly [what: string, text: string][] = [
  ['a kubeconfig', KUBECONFIG],
  ['a beginning', '---\na: b\n'],
  ['comments and empty lines', '# a\n\na: b\n  # c\n\nc: d\n#'],
  ['sequences with and without an indent', 'a:\n- b\n- c\nd:\n    - e\n    - f: g\n      h:\n      - i\n'],
  ['a sequence alone', '- a\n- b: c\n  d: e\n- f:\n    g: h\n'],
  ['words', 'a: true\nb: false\nc: null\nd:\ne: {}\nf: []\n'],
  ['quoted texts', 'a: "true"\nb: \'a: b # c\'\nc: "\'"\nd: \'"\'\ne: ""\n'],
  ['on and off', 'standby: on\nnudge: off\n'],
  ['no line break at the end', 'a: b'],
]

/** Right or wrong, it is for a real parser. */
const NOT_PLAIN: readonly [what: string, text: string][] = [
  ['nothing', ''],
  ['a text alone', 'a\n'],
  ['a number', 'a: 1\n'],
  ['a float', 'a: .inf\n'],
  ['what begins like a number', 'a: 10.0.0.1\n'],
  ['another null', 'a: ~\n'],
  ['True', 'a: True\n'],
  ['a key that is null', 'null: a\n'],
  ['a blank in a text', 'a: b c\n'],
  ['a comment behind a text', 'a: b # c\n'],
  ['a text of two lines', 'a: b\n  c\n'],
  ['a block of text', 'a: |\n  b\n'],
  ['an anchor', 'a: &b c\n'],
  ['an alias', 'a: *b\n'],
  ['a tag', 'a: !!str b\n'],
  ['flow', 'a: {b: c}\n'],
  ['flow in flow', 'a: [b]\n'],
  ['an escape', 'a: "\\n"\n'],
  ['two quotes', "a: 'it''s'\n"],
  ['a quote without an end', 'a: "b\n'],
  ['a quoted key', '"a": b\n'],
  ['the same key twice', 'a: b\na: c\n'],
  ['a tab', 'a:\n\tb: c\n'],
  ['a carriage return', 'a: b\r\n'],
  ['a byte order mark', '\ufeffa: b\n'],
  ['two documents', 'a: b\n---\nc: d\n'],
  ['an indent at the beginning', '  a: b\n'],
  ['an indent in the middle', 'a: b\n  c: d\n'],
  ['an indent that was never there', 'a:\n    b: c\n  d: e\n'],
  ['an item among keys', 'a: b\n- c\n'],
  ['a key among items', '- a\nb: c\n'],
  ['an item below a text', '- a\n  - b\n'],
  ['sequences in a sequence', '- - a\n'],
  ['an empty item', '-\n  a: b\n'],
  ['more blanks behind a dash', '-  a: b\n'],
  ['more blanks behind a key', 'a:  b\n'],
  ['blanks at the end', 'a: b \n'],
  ['a key with a colon', 'a:b: c\n'],
  ['a question', '? a\n: b\n'],
  ['a merge', '<<: a\n'],
  ['a letter beyond ASCII', 'a: ü\n'],
  ['a prototype', '__proto__: a\n'],
]

describe('is read as the parser reads it', () => {
  test.each(PLAIN)('%s', (_what, text) => {
    const { errors, warnings } = parseDocument(text)
    expect([errors, warnings]).toEqual([[], []])
    expect(plainYaml(text)).toStrictEqual(parseDocument(text).toJS())
  })

  test('what is read is no less than that', () => {
    expect(plainYaml(KUBECONFIG)).toMatchObject({
      clusters: [{ name: 'kind-kind', cluster: { server: 'https://10.0.0.1:6443' } }],
      users: [{ user: { exec: { args: ['--region', 'eu-central-1', 'eks:get-token'], env: null } } }],
    })
  })

  test('what is written by a library is read again', () => {
    const value = { a: ['b', { c: 'd e', f: [true, null, {}] }], g: { h: { i: 'j', k: [] } } }
    expect(
      plainYaml(stringify(value, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })),
    ).toEqual(value)
  })
})

describe('is left to the parser', () => {
  test.each(NOT_PLAIN)('%s', (_what, text) => {
    expect(plainYaml(text)).toBeUndefined()
  })
})

/** One number after the other, the same each time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const PIECES = [
  'a',
  'b',
  'true',
  'null',
  '1',
  '-',
  '- ',
  ': ',
  ':',
  '\n',
  '\n  ',
  '\n- ',
  '  ',
  '"',
  "'",
  '#',
  ' ',
  '{}',
  '[]',
  '~',
  '/',
  '.',
  '@',
  ',',
  '%',
  '&',
  '*',
  '!',
  '|',
  '>',
  '\t',
  '--x',
  '=',
  '---',
  '?',
  '0',
]

test('what the parser would read otherwise, or not at all, is never read', () => {
  const below = numbers(20_261_130)
  let read = 0
  for (let i = 0; i < 40_000; i += 1) {
    const texts = below(4) === 0 ? NOT_PLAIN : PLAIN
    let text = texts[below(texts.length)]?.[1] ?? ''
    for (let changes = 1 + below(3); changes > 0; changes -= 1) {
      const at = below(text.length + 1)
      text = text.slice(0, at) + (PIECES[below(PIECES.length)] ?? '') + text.slice(at + below(3))
    }
    const value = plainYaml(text)
    if (value === undefined) continue
    read += 1
    const document = parseDocument(text, { logLevel: 'silent' })
    expect([text, document.errors]).toEqual([text, []])
    expect([text, value]).toStrictEqual([text, document.toJS()])
  }
  expect(read).toBeGreaterThan(2_000)
})
