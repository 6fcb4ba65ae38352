import fc from 'fast-check'
import type { Folder, Node } from './tree-on-disk.ts'

const NASTY = [
  ...[
    ' ',
    '  ',
    'a b',
    "it's",
    '"quoted"',
    'a,b',
    '-rf',
    '--',
    '*',
    '$(id)',
    '`id`',
    '\\',
    '\\n',
    'a\nb',
    '\n',
  ],
  ...[
    '\t',
    '%s',
    '#',
    '~',
    'x'.repeat(255),
    'y'.repeat(100),
    'z'.repeat(101),
    '...',
    '. ',
    'tree',
    'manifest',
  ],
  ...['grüße', '漢字', 'e\u0301'].map((name) => Buffer.from(name, 'utf8').toString('latin1')),
  // Not UTF-8.
  ...['\xff\xfe', 'caf\xe9'],
]

/** Any bytes but the two that no name can have; not the two names that every folder has. */
const anyName = fc
  .uint8Array({ minLength: 1, maxLength: 30 })
  .map((bytes) =>
    Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x61 : byte))).toString('latin1'),
  )
  .filter((name) => name !== '.' && name !== '..')

const name = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-z]{1,8}(\.ya?ml)?$/) },
  { weight: 1, arbitrary: anyName },
)

const target = fc.oneof(
  fc.constantFrom(
    '/etc/passwd',
    '..',
    '../../../../etc',
    '.',
    '/',
    'nowhere',
    'a b',
    './x\ny',
    'l'.repeat(300),
  ),
  name,
)

const mode = fc.integer({ min: 0, max: 0o777 })
const content = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 600 }) },
  { weight: 1, arbitrary: fc.constantFrom(512, 511, 1024, 300_000).map((size) => Buffer.alloc(size, 'x')) },
)

const leaf: fc.Arbitrary<Node> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('file' as const), content, mode }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('link' as const), target }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'hardLink' as const }) },
)

export const folder: fc.Arbitrary<Folder> = fc.letrec<{ folder: Folder; node: Node }>((tie) => ({
  folder: fc
    .tuple(mode, fc.uniqueArray(fc.tuple(name, tie('node')), { maxLength: 6, selector: ([name]) => name }))
    .map(([mode, nodes]) => ({ kind: 'folder' as const, mode, nodes: new Map(nodes) })),
  node: fc.oneof({ maxDepth: 4, depthSize: 'small' }, leaf, tie('folder')),
})).folder
