import { fixture } from '../../e2e/support/cluster.ts'
import type { Case } from '../case.ts'
import { plainShell, shell } from './argv.ts'

const ID = 'id -u; id -g; id -G'

function as(user: string, ...flags: readonly string[]): readonly string[] {
  return plainShell(ID, ['--rm', '--user', user, ...flags])
}

/** Who the function is. */
export const USERS: readonly Case[] = [
  { name: 'nobody, as kustomize says', argv: shell(ID) },
  { name: '--user root', argv: as('root') },
  { name: '--user 0:0, as kustomize --as-current-user says', argv: as('0:0') },
  { name: '--user 1234:4321', argv: as('1234:4321') },
  { name: '--user 1234 of the image', argv: as('1234') },
  { name: '--user 5678 of nobody', argv: as('5678') },
  { name: '--group-add by number', argv: as('nobody', '--group-add', '2000', '--group-add', '2001') },
  { name: 'the last --user wins', argv: as('0:0', '--user', '1234:1234') },
  {
    name: 'who may write where',
    argv: shell('for dir in / /tmp /etc; do touch $dir/x 2>/dev/null && echo $dir; done; true'),
  },
  {
    name: 'without --user',
    argv: plainShell(ID, ['--rm']),
    differs: { key: 'no-user', in: ['stdout'] },
  },
  {
    name: 'a name of the image',
    argv: as('app'),
    differs: { key: 'user-name', in: ['exitCode', 'stdout', 'stderr'] },
  },
  {
    name: 'names for uid and gid',
    argv: as('nobody:nobody'),
    differs: { key: 'user-name', in: ['exitCode', 'stdout', 'stderr'] },
  },
  {
    name: 'capabilities of root',
    argv: shell('grep CapEff /proc/self/status', ['--user', '0:0']),
    differs: { key: 'capabilities', in: ['stdout'] },
  },
  {
    name: 'capabilities of nobody',
    argv: shell('grep CapEff /proc/self/status'),
  },
  { name: 'no new privileges', argv: shell('grep NoNewPrivs /proc/self/status') },
  {
    name: 'USER of the image, given again',
    argv: [
      'run',
      '--rm',
      '-i',
      '--user',
      '1234:1234',
      '--entrypoint',
      '/probe',
      fixture('user-number'),
      'read',
      'echo',
    ],
    stdin: 'x',
  },
]
