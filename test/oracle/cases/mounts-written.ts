import { fixture } from '../../e2e/support/cluster.ts'
import { type Case, HERE } from '../case.ts'
import { readOnly, shell, writable } from './argv.ts'

const FILES = {
  data: { folder: 0o777 },
  'data/old': { file: 'old\n', mode: 0o666 },
  'data/sub': { folder: 0o777 },
  'data/sub/other': { file: 'other\n', mode: 0o666 },
  'data/link': { link: 'old' },
  'elsewhere/a': 'a',
} as const

interface Written {
  readonly flags?: readonly string[]
  readonly files?: Case['files']
}

/** By root: who nobody is differs. */
function writing(name: string, script: string, { flags, files = FILES }: Written = {}): Case {
  return {
    name,
    argv: shell(`umask 022; cd /data && { ${script}; }`, [
      '--user',
      '0:0',
      ...(flags ?? writable('data', '/data')),
    ]),
    files,
    env: { KRMPOD_MOUNTS_RW: 'on' },
    watch: { kind: 'files' },
  }
}

export const MOUNTS_WRITTEN: readonly Case[] = [
  writing('nothing is written', 'cat old'),
  writing('a new file', 'echo new >new; cat new'),
  writing('a file that is changed, in size or not', 'echo longer >old; echo OTHER >sub/other; ls'),
  writing('a file that is appended to', 'echo more >>old'),
  writing('a file that takes the place of another', 'echo new >t && mv t old'),
  writing('a file that is removed', 'rm old'),
  writing('a file that is moved', 'mv old sub/moved'),
  writing('an empty file, and one of 3 MiB', ': >empty; head -c 3145728 /dev/zero >large'),
  writing('a new folder, and another in it', 'mkdir -p a/b; chmod 777 a a/b; echo x >a/b/c'),
  writing('an empty folder', 'mkdir a'),
  writing('a folder that is removed', 'rm -r sub'),
  writing('a folder that becomes a file, and the other way round', 'rm -r sub old; echo x >sub; mkdir old'),
  writing('links, new and changed', 'ln -s /nowhere/at/all a; ln -sf sub link; ln -s .. sub/up'),
  writing('a link that becomes a file', 'rm link; echo x >link'),
  writing('two names of one file', 'ln old twin; echo changed >twin'),
  writing('modes', 'chmod 600 old; chmod 755 sub/other; chmod 711 sub; echo x >new; chmod 500 new'),
  writing(
    'strange new names',
    `echo x >"$(printf 'a\\377b')"; echo x >' "q" '; echo x >"$(printf 'a\\nb')"; echo x >-n`,
  ),
  writing('everything is removed', 'rm -r * && ls -A'),
  writing('as nobody', 'echo new >new; chmod 666 new; echo more >>old; rm sub/other', {
    flags: ['--user', 'nobody', ...writable('data', '/data')],
  }),
  writing('-v', 'echo new >new', { flags: ['-v', `${HERE}/data:/data`] }),
  writing('a source that -v makes', 'ls -A; echo new >new', { flags: ['-v', `${HERE}/made/here:/data:rw`] }),
  writing('a source that -v makes, to read', 'ls -A; echo new >new', {
    flags: ['-v', `${HERE}/made:/data:ro`],
  }),
  writing('a single file, written to', 'echo new >f; ls', {
    flags: [...writable('data/old', '/data/f')],
  }),
  writing('the same folder twice', 'echo new >new; echo again >>/two/new; cat new', {
    flags: [...writable('data', '/data'), ...writable('data', '/two')],
  }),
  writing('two folders, and one to read', 'cp /three/a a; cp /three/a /two/b; echo x >/three/x; true', {
    flags: [
      ...writable('data', '/data'),
      ...writable('data/sub', '/two'),
      ...readOnly('elsewhere', '/three'),
    ],
  }),
  writing('one to read inside', 'cat sub/a; echo new >new; echo x >sub/x; true', {
    flags: [...writable('data', '/data'), ...readOnly('elsewhere', '/data/sub')],
  }),
  writing('a place that has to be made for one inside', 'ls made; echo new >new', {
    flags: [...writable('data', '/data'), ...readOnly('elsewhere', '/data/made')],
  }),
  {
    ...writing('a function that fails', 'echo new >new; rm old; echo said; exit 3'),
    differs: { key: 'writes-come-back', in: ['files'] },
  },
  {
    ...writing('a pipe that a function leaves', 'mkfifo pipe; echo new >new'),
    differs: { key: 'writes-come-back', in: ['exitCode', 'stderr', 'files'] },
  },
  {
    ...writing('a file that a function leaves without any rights', 'echo new >new; chmod 0 new'),
    differs: { key: 'writes-come-back', in: ['exitCode', 'stderr', 'files'] },
  },
  {
    ...writing('a set-user-ID bit', 'chmod 4755 old'),
    differs: { key: 'owner-of-mounts', in: ['files'] },
  },
  {
    ...writing('nobody in a folder of root', 'echo new >new', {
      flags: ['--user', 'nobody', ...writable('elsewhere', '/data')],
    }),
    differs: { key: 'owner-of-mounts', in: ['exitCode', 'stderr', 'files'] },
  },
  {
    name: 'a file that the caller changes while the function is at work',
    argv: [
      ...['run', '--rm', '-i', '--network', 'host', ...readOnly('data', '/data')],
      ...['--entrypoint', 'sh', fixture('cat'), '-c', 'read go; echo here >&2; cat >/dev/null; cat /data/a'],
    ],
    stdin: 'go\n',
    files: { 'data/a': 'before\n' },
    watch: { kind: 'edit', files: { 'data/a': 'after\n' } },
    differs: { key: 'mounts-are-copies', in: ['stdout'] },
  },
]
