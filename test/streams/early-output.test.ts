import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { isEarlyStdout } from '../../src/streams/early-output.ts'
import { Spool } from '../../src/streams/spool.ts'

const LIST = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n'

function spool(text: string): Spool {
  const made = new Spool(tmpdir())
  made.write(Buffer.from(text))
  made.end()
  return made
}

/** All of it came before attach: only a list can be known to be stdout's. */
function isKnown(text: string): Promise<boolean> {
  const nothing = { stdout: spool(''), stderr: spool('') }
  return isEarlyStdout({ before: Buffer.from(text), ...nothing, speaksProtocol: true })
}

describe('a ResourceList', () => {
  test.each([
    LIST,
    JSON.stringify({ apiVersion: 'config.kubernetes.io/v1', kind: 'ResourceList', items: [] }),
    LIST.replaceAll('\n', '\r\n'),
  ])('is %j', async (text) => {
    expect(await isKnown(text)).toBe(true)
  })

  test.each([
    '',
    // These lines may as well have been on stderr.
    `# comment\n${LIST}`,
    `---\n${LIST}`,
    `\n${LIST}`,
    'kind: ResourceList\n',
    'kind: ResourceList\nitems: []\n',
    `warning: x\n${LIST}`,
    'kind: ConfigMap\nitems: []\n# ResourceList\n',
    `banner\n${LIST}`,
    `${LIST}---\n${LIST}`,
    '{"kind": "ResourceList", "items": [',
    '- kind: ResourceList\n  items: []\n',
    'kind: ResourceList\nitems: [*nobody]\n',
  ])('is not %j', async (text) => {
    expect(await isKnown(text)).toBe(false)
  })

  test('is not found by a document that would never end', async () => {
    const bomb = `kind: ResourceList\na: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replaceAll(/./g, (name) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${String.fromCharCode(name.charCodeAt(0) - 1)}`).join()}]\n`)}items: []\n`
    expect(await isKnown(bomb)).toBe(false)
  })

  test('is not looked for for ever where a parser would take hours', async () => {
    const keys = Array.from({ length: 300_000 }, (_, index) => `k${index}: 1`)
    expect(await isKnown(LIST.replace('[]', `{${keys.join()}}`))).toBe(false)
  })
})

describe('what was written before attach', () => {
  test.each([
    ['it makes a list of what arrived', LIST.slice(0, 30), LIST.slice(30), 'bye\n', true],
    ['it is a list, and nothing arrived', LIST, '', '', true],
    ['its first line', LIST.slice(0, 36), LIST.slice(36), '', true],
    ['its first word', LIST.slice(0, 10), LIST.slice(10), '', true],
    ['a whole list arrived, but it may be a mixture', 'hello\n', LIST, '', false],
    ['a list with it and without', '# hello\n', LIST, '', false],
    ['no list', 'one\n', 'two\n', '', false],
    ['all of it, and no list', 'one\n', '', '', false],
  ])('%s', async (...[, before, stdout, stderr, known]) => {
    const early = { before: Buffer.from(before), stdout: spool(stdout), stderr: spool(stderr) }
    expect(await isEarlyStdout({ ...early, speaksProtocol: true })).toBe(known)
  })
})

describe('what a plain program, without stdin, wrote before attach', () => {
  test.each([
    ['no stderr was seen: it is taken for stdout', 'one\n', 'two\n', '', true],
    ['both streams: nobody can tell', 'one\n', 'two\n', 'three\n', false],
  ])('%s', async (...[, before, stdout, stderr, known]) => {
    const early = { before: Buffer.from(before), stdout: spool(stdout), stderr: spool(stderr) }
    expect(await isEarlyStdout({ ...early, speaksProtocol: false })).toBe(known)
  })
})
