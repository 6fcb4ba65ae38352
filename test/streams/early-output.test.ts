import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { ownerOfEarlyOutput } from '../../src/streams/early-output.ts'
import { Spool } from '../../src/streams/spool.ts'

const LIST = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n'

function spool(text: string): Spool {
  const made = new Spool(tmpdir())
  made.write(Buffer.from(text))
  made.end()
  return made
}

/** A whole list leaves no doubt that what came before it was not stdout's. */
async function arrivesAsList(text: string): Promise<boolean> {
  const [before, stdout, stderr] = [Buffer.from('a banner\n'), spool(text), spool('more\n')]
  return (await ownerOfEarlyOutput({ before, stdout, stderr, speaksProtocol: true })) === 'stderr'
}

describe('a ResourceList', () => {
  test.each([
    LIST,
    JSON.stringify({ apiVersion: 'config.kubernetes.io/v1', kind: 'ResourceList', items: [] }),
    `# comment\n${LIST}`,
    `---\n${LIST}`,
    LIST.replaceAll('\n', '\r\n'),
  ])('is %j', async (text) => {
    expect(await arrivesAsList(text)).toBe(true)
  })

  test.each([
    '',
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
    expect(await arrivesAsList(text)).toBe(false)
  })

  test('is not found by a document that would never end', async () => {
    const bomb = `kind: ResourceList\na: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replaceAll(/./g, (name) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${String.fromCharCode(name.charCodeAt(0) - 1)}`).join()}]\n`)}items: []\n`
    expect(await arrivesAsList(bomb)).toBe(false)
  })
})

describe('what was written before attach', () => {
  test.each([
    ['a whole list arrived: it was stderr', 'hello\n', LIST, '', 'stderr'],
    ['the same, and more of stderr', 'hello\n', LIST, 'bye\n', 'stderr'],
    ['it makes a list of what arrived: it was stdout', LIST.slice(0, 30), LIST.slice(30), 'bye\n', 'stdout'],
    ['it is a list, and nothing arrived', LIST, '', '', 'stdout'],
    ['its first line: it was stdout', LIST.slice(0, 36), LIST.slice(36), '', 'stdout'],
    ['its first word: it was stdout', LIST.slice(0, 10), LIST.slice(10), '', 'stdout'],
    ['a banner that is YAML, too: it was stderr', 'warning: x\n', LIST, '', 'stderr'],
    ['a list with it and without: nobody can tell', '# hello\n', LIST, '', undefined],
    ['no list: it may have been a banner', 'one\n', 'two\n', '', undefined],
    ['all of it, and no list', 'one\n', '', '', undefined],
  ])('%s', async (...[, before, stdout, stderr, owner]) => {
    const early = { before: Buffer.from(before), stdout: spool(stdout), stderr: spool(stderr) }
    expect(await ownerOfEarlyOutput({ ...early, speaksProtocol: true })).toBe(owner)
  })
})

describe('what a plain program, without stdin, wrote before attach', () => {
  test.each([
    ['no stderr was seen: it is taken for stdout', 'one\n', 'two\n', '', 'stdout'],
    ['both streams: nobody can tell', 'one\n', 'two\n', 'three\n', undefined],
  ])('%s', async (...[, before, stdout, stderr, owner]) => {
    const early = { before: Buffer.from(before), stdout: spool(stdout), stderr: spool(stderr) }
    expect(await ownerOfEarlyOutput({ ...early, speaksProtocol: false })).toBe(owner)
  })
})
