import { type Case, HERE } from '../case.ts'
import { plainShell, readOnly, shell } from './argv.ts'

const MANY = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`data/${i % 7}/${i}`, String(i)]))
const SCRIPT = { file: '#!/bin/sh\necho "$0 $*"\n', mode: 0o755 } as const
/** Writable for everybody: whoever owns it, only the mount is in the way. */
const OPEN = { data: { folder: 0o777 }, 'data/old': { file: 'old', mode: 0o666 } } as const

/** A folder of the caller's that a function may read. */
function reading(name: string, script: string, files: Case['files'] = { 'data/a': 'content\n' }): Case {
  return { name, argv: shell(script, readOnly('data', '/data')), files }
}

const FOLDERS: readonly Case[] = [
  reading('a file is read', 'cat /data/a'),
  reading('without a new line, in any bytes', 'sha256sum </data/a', {
    'data/a': { file: Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) >> 3), mode: 0o644 },
  }),
  reading('300 files in folders', 'cd /data && find . | sort && find . -type f | sort | xargs cat', MANY),
  reading('8 MiB', 'sha256sum </data/a', {
    'data/a': { file: new Uint8Array(8 << 20).fill(7), mode: 0o644 },
  }),
  reading('nested, empty, hidden', 'cd /data && find . | sort && cat x/y/z/a .hidden/b empty', {
    'data/x/y/z/a': 'a',
    'data/.hidden/b': 'b',
    'data/empty': '',
    'data/none': { folder: 0o755 },
  }),
  reading('strange names', 'cd /data && for f in *; do echo "<$f>"; cat -- "$f"; done', {
    'data/ a  b ': '1',
    'data/-n': '2',
    'data/a\nb\t"q"\'': '3',
    'data/$(id);*?[x]\\n': '4',
    'data/ünïcödé 日本 🙂': '5',
    [`data/${'x'.repeat(255)}`]: '6',
  }),
  reading('links, as they are', 'cd /data && for f in *; do readlink $f; cat $f; done; ls sub/up/', {
    'data/a': 'content\n',
    'data/b': { link: 'a' },
    'data/c': { link: '/etc/passwd' },
    'data/d': { link: 'nothing/there' },
    'data/e': { link: '../data/a' },
    'data/sub/up': { link: '..' },
  }),
  reading('modes that let everybody in', 'cd /data && stat -c "%a %F %n" * . && stat -c %s a b c', {
    data: { folder: 0o775 },
    'data/a': { file: 'a', mode: 0o444 },
    'data/b': { file: 'b', mode: 0o666 },
    'data/c': { file: 'c', mode: 0o755 },
    'data/d': { folder: 0o777 },
    'data/e': { folder: 0o555 },
  }),
  reading('the time of a file', 'stat -c %Y /data/a'),
  reading('a program of it is run', '/data/run.sh one "t w o"', { 'data/run.sh': SCRIPT }),
  reading('a program that may not be run', '/data/run.sh', { 'data/run.sh': { ...SCRIPT, mode: 0o644 } }),
  {
    name: 'the function itself is in it',
    argv: [...shell('echo no', [...readOnly('data', '/data'), '--entrypoint', '/data/run.sh'])],
    files: { 'data/run.sh': SCRIPT },
  },
  reading(
    'nothing can be written',
    'cd /data; echo x >new; echo x >old; rm old; mkdir f; mv old b; ln -s a l; ls',
    OPEN,
  ),
]

/** What else can be said of them. */
const FLAGS: readonly Case[] = [
  ...[
    ['-v', `${HERE}/data:/data:ro`],
    ['--volume', `${HERE}/data/:/data/:ro,z`],
    ['-v', `${HERE}/data:/x/../data/.:ro`],
    ['-v', `${HERE}/data:/data:ro`, '-v', `${HERE}/data:/data:ro`],
    ['--mount', `readonly,DST=/data,Src=${HERE}/data,TYPE=Bind`],
    ['--mount', `type=bind,src=${HERE}/data,dst=/no,target=/data,ro=1,consistency=cached`],
    ['--mount', `type=bind,src=${HERE}/data,dst=/data,ro=T,bind-propagation=rprivate`],
    ['--mount', `"type=bind","src=${HERE}/data",dst=/data,ro`],
    ['-v', '/data', '-v', `${HERE}/data:/data:ro`],
  ].map((flags) => ({
    name: flags.join(' '),
    argv: shell('cat /data/a; echo x >/data/a', ['--user', '0:0', ...flags]),
    files: { 'data/a': 'content\n' },
  })),
  {
    name: 'quotes and commas in a path',
    argv: shell('cat "/to, \\"x\\"/a"', ['--mount', `type=bind,"src=${HERE}/a, ""q""","dst=/to, ""x""",ro`]),
    files: { 'a, "q"/a': 'content\n' },
  },
  {
    name: 'a single file',
    argv: shell('cat /etc/conf/a.yaml; ls /etc/conf; echo x >/etc/conf/a.yaml', [
      ...readOnly('a', '/etc/conf/a.yaml'),
    ]),
    files: { a: { file: 'a: 1\n', mode: 0o666 } },
  },
  {
    name: 'a single file over one of the image',
    argv: shell('cat /etc/passwd; ls /etc/group', readOnly('a', '/etc/passwd')),
    files: { a: 'root:x:0:0::/:/bin/sh\n' },
  },
  {
    name: 'a source that is a link',
    argv: shell('cat /data/a', readOnly('link', '/data')),
    files: { 'data/a': 'content\n', link: { link: 'data' } },
  },
  {
    name: 'a folder over /tmp, where the function starts',
    argv: shell('pwd; ls -A', [...readOnly('data', '/tmp'), '-w', '/tmp']),
    files: { 'data/a': 'content\n' },
  },
]

const TOGETHER: readonly Case[] = [
  {
    name: 'two, and one of them twice',
    argv: shell('cat /a/x /b/x /c/x', [
      ...readOnly('a', '/a'),
      ...readOnly('b', '/b'),
      ...readOnly('a', '/c'),
    ]),
    files: { 'a/x': 'a', 'b/x': 'b' },
  },
  {
    name: 'one inside another, the inner one first',
    argv: shell('cd /a && find . | sort && cat b/x f', [
      ...readOnly('b', '/a/b'),
      ...readOnly('b/x', '/a/f'),
      ...readOnly('a', '/a'),
    ]),
    files: { 'a/b/hidden': 'hidden', 'a/f': 'hidden', 'b/x': 'b' },
  },
  {
    name: 'a tmpfs inside',
    argv: shell('cd /a && echo x >t/x && find . | sort; echo x >x', [
      ...readOnly('a', '/a'),
      '--tmpfs',
      '/a/t',
    ]),
    files: { a: { folder: 0o777 }, 'a/t': { folder: 0o777 }, 'a/t/hidden': 'hidden' },
  },
  {
    name: 'without --network none, --user and -a',
    argv: plainShell('cat /data/a', ['--rm', '--user', '1234', ...readOnly('data', '/data')]),
    files: { 'data/a': 'content\n' },
  },
]

export const MOUNTS: readonly Case[] = [...FOLDERS, ...FLAGS, ...TOGETHER]
