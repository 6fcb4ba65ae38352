import type { Case } from '../case.ts'
import { readOnly, shell } from './argv.ts'

const KIB_OF = (folder: string) => `df -k ${folder} | awk 'NR == 2 { print $2 }'`
const WRITE = 'echo x >/t/x && cat /t/x && ls -A /t'

function differing(key: string, row: Case): Case {
  return { ...row, differs: { key, in: ['stdout'] } }
}

/** Memory, and folders that are empty. */
const EMPTY: readonly Case[] = [
  { name: '--tmpfs', argv: shell(WRITE, ['--tmpfs', '/t']) },
  { name: '--tmpfs with a size', argv: shell(`${WRITE}; ${KIB_OF('/t')}`, ['--tmpfs', '/t:rw,size=4m']) },
  { name: '--tmpfs that is full', argv: shell('head -c 2000000 /dev/zero >/t/x', ['--tmpfs', '/t:size=1m']) },
  { name: '--tmpfs that is read-only', argv: shell('echo x >/t/x', ['--user', '0:0', '--tmpfs', '/t:ro']) },
  {
    name: '--tmpfs over files of the image',
    argv: shell('test -e /etc/passwd || echo none', ['--tmpfs', '/etc']),
  },
  { name: '--tmpfs over nothing, deep down', argv: shell('cd /a/b && pwd; ls -A', ['--tmpfs', '/a/b']) },
  { name: '--mount type=tmpfs', argv: shell(WRITE, ['--mount', 'type=tmpfs,target=/t']) },
  {
    name: '--mount type=tmpfs with a size',
    argv: shell(`${KIB_OF('/t')}; stat -f -c %T /t`, ['--mount', 'type=tmpfs,dst=/t,tmpfs-size=8m']),
  },
  {
    name: '--mount type=tmpfs that is read-only',
    argv: shell('echo x >/t/x', ['--user', '0:0', '--mount', 'type=tmpfs,target=/t,readonly']),
  },
  { name: 'a tmpfs with --read-only', argv: shell(`${WRITE}; echo x >/x`, ['--read-only', '--tmpfs', '/t']) },
  {
    name: 'the tmpfs /dev/shm',
    argv: shell('echo x >/dev/shm/x; ls -A /dev/shm', ['--tmpfs', '/dev/shm:size=1m']),
  },
  { name: 'an anonymous volume', argv: shell(WRITE, ['--user', '0:0', '-v', '/t']) },
  { name: 'an anonymous volume by --mount', argv: shell(WRITE, ['--user', '0:0', '--mount', 'target=/t']) },
  { name: 'an anonymous volume over /tmp', argv: shell('echo x >/tmp/x; ls -A /tmp', ['-v', '/tmp']) },
  { name: 'an anonymous volume gives way', argv: shell(KIB_OF('/t'), ['-v', '/t', '--tmpfs', '/t:size=1m']) },
]

const DIFFERENT: readonly Case[] = [
  differing('tmpfs', {
    name: 'a tmpfs of another mode',
    argv: shell('stat -c %a /t', ['--tmpfs', '/t:mode=700']),
  }),
  differing('tmpfs', {
    name: 'a tmpfs over a folder of the image has its mode',
    argv: shell('touch /etc/x 2>/dev/null && echo anybody || echo root', ['--tmpfs', '/etc']),
  }),
  differing('tmpfs', {
    name: 'a program in a tmpfs',
    argv: shell('cp /bin/busybox /t/echo && /t/echo out 2>/dev/null || true', ['--tmpfs', '/t']),
  }),
  differing('anonymous-volumes', {
    name: 'an anonymous volume over files of the image',
    argv: shell('test -e /etc/passwd && echo copied || echo none', ['-v', '/etc']),
  }),
  differing('anonymous-volumes', {
    name: 'who may write to an anonymous volume',
    argv: shell('touch /t/x 2>/dev/null && echo anybody || echo root', ['-v', '/t']),
  }),
  {
    name: 'a pipe in a folder',
    argv: shell('ls /data', readOnly('data', '/data')),
    files: { 'data/a': 'a', 'data/pipe': { pipe: 0o666 } },
    differs: { key: 'mounts-are-copies', in: ['stdout', 'stderr'] },
  },
  differing('owner-of-mounts', {
    name: 'the owner of files',
    argv: shell('stat -c "%u %g" /data /data/a', readOnly('data', '/data')),
    files: { 'data/a': 'a' },
  }),
  differing('owner-of-mounts', {
    name: 'a file that only its owner may read',
    argv: shell('cat /data/a 2>/dev/null || echo refused', readOnly('data', '/data')),
    files: { 'data/a': { file: 'secret\n', mode: 0o600 } },
  }),
]

export const MOUNTS_OF_NOTHING: readonly Case[] = [...EMPTY, ...DIFFERENT]
