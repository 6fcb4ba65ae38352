import { fixture } from '../../e2e/support/cluster.ts'
import { AS_KUSTOMIZE } from '../../e2e/support/docker.ts'
import type { Case } from '../case.ts'
import { asKustomize, plainShell, shell } from './argv.ts'

function refused(name: string, ...argv: readonly string[]): Case {
  return { name, argv, refused: true }
}

/** What docker refuses, and what cannot start. */
const BY_BOTH: readonly Case[] = [
  refused('no image', 'run'),
  refused('no image after flags', 'run', '--rm', '-i'),
  refused('an unknown flag', 'run', '--nosuch', fixture('cat')),
  refused('an unknown short flag', 'run', '-zi', fixture('cat')),
  refused('a flag without its value', 'run', '--rm', '--user'),
  refused('a boolean that is none', 'run', '--rm=maybe', fixture('cat')),
  refused('a stream that does not exist', 'run', '-a', 'stdall', fixture('cat')),
  refused('an image in capitals', 'run', 'Capitals'),
  refused('an image with a broken tag', 'run', 'cat:'),
  refused('an image that does not exist', 'run', '--rm', fixture('nosuch')),
  refused('an image that is not there, and may not be pulled', 'run', '--pull', 'never', fixture('nosuch')),
  refused('another word for --pull', 'run', '--pull', 'sometimes', fixture('nosuch')),
  refused('an environment variable without a name', 'run', '-e', '=x', fixture('cat')),
  refused('an environment file that is not there', 'run', '--env-file', 'nosuch', fixture('cat')),
  {
    ...refused('an environment file with a blank in a name', 'run', '--env-file', 'list', fixture('cat')),
    files: { list: 'A B=1\n' },
  },
  refused('a memory limit that is no size', 'run', '-m', 'much', fixture('cat')),
  refused('a memory limit that is too small', 'run', '-m', '1m', fixture('cat')),
  refused('CPUs that are no number', 'run', '--cpus', 'some', fixture('cat')),
  refused('a folder that is not absolute', 'run', '-w', 'here', fixture('cat')),
  refused('a user that the image does not know', 'run', '--user', 'nosuch', fixture('cat')),
  refused('a user with a negative number', 'run', '--user', '-1', fixture('cat')),
  refused('a network that does not exist', 'run', '--network', 'nosuch', fixture('cat')),
  refused('a name that is none', 'run', '--name', 'not/a/name', fixture('cat')),
  refused('a platform that is none', 'run', '--platform', 'a/b/c/d/e', fixture('cat')),
  { ...refused('a cidfile that is there', 'run', '--cidfile', 'cid', fixture('cat')), files: { cid: 'x' } },
  refused('an entrypoint that is not there', ...asKustomize('entrypoint-missing')),
  refused('an entrypoint that is not executable', ...asKustomize('entrypoint-not-executable')),
  refused('an entrypoint that is a folder', ...asKustomize('entrypoint-directory')),
  refused('--entrypoint that is not there', ...AS_KUSTOMIZE, '--entrypoint', '/no/such', fixture('cat')),
  refused('--entrypoint that is not on the PATH', ...AS_KUSTOMIZE, '--entrypoint', 'nosuch', fixture('cat')),
  refused('a program after the image that is not there', ...asKustomize('cmd-only', 'nosuch')),
  refused('a folder that is a file', ...shell('true', ['-w', '/etc/passwd'])),
]

/** What a Pod cannot do or must not: docs/flags.md has the whole list. */
const BY_KRMPOD: readonly Case[] = [
  ...[
    ['--cap-add', 'NET_ADMIN'],
    ['--security-opt', 'seccomp=unconfined'],
    ['--pid', 'host'],
    ['--ipc', 'host'],
    ['--device', '/dev/null'],
    ['--ulimit', 'nofile=64'],
  ].map((flags) => ({
    name: flags.join(' '),
    argv: plainShell('echo out', ['--rm', ...flags]),
    stdin: 'x',
    differs: { key: 'refused-flags', in: ['exitCode', 'stdout', 'stderr'] as const },
  })),
]

/** Refused by both, by docker with another exit code. */
const OTHERWISE: readonly Case[] = [
  {
    ...refused('a detached one that is attached', 'run', '-d', '-a', 'stdout', fixture('cat')),
    differs: { key: 'refused-flags', in: ['exitCode'] },
  },
]

export const REFUSALS: readonly Case[] = [...BY_BOTH, ...BY_KRMPOD, ...OTHERWISE]
