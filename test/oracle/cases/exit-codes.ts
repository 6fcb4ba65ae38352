import { fixture } from '../../e2e/support/cluster.ts'
import { AS_KUSTOMIZE } from '../../e2e/support/docker.ts'
import type { Case } from '../case.ts'
import { asKustomize, shell } from './argv.ts'

const CODES = [0, 1, 2, 3, 64, 125, 126, 127, 128, 130, 137, 143, 255]

function failing(env: Readonly<Record<string, string | number>>): readonly string[] {
  const flags = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
  return [...AS_KUSTOMIZE, ...flags, fixture('fail')]
}

/** How a function ends, and what it has said until then. */
export const EXIT_CODES: readonly Case[] = [
  ...CODES.map((code) => ({
    name: `exit ${code}, with words on both streams`,
    argv: failing({ CODE: code, STDOUT: 'out\n', STDERR: 'err\n' }),
    stdin: 'x',
  })),
  { name: 'a failure without a word', argv: failing({ CODE: 1, STDERR: '' }), stdin: 'x' },
  { name: 'exit 256 is 0', argv: shell('echo out; exit 256') },
  { name: 'killed by KILL', argv: asKustomize('killed'), stdin: 'x' },
  { name: 'killed by TERM', argv: [...AS_KUSTOMIZE, '-e', 'SIGNAL=TERM', fixture('killed')], stdin: 'x' },
  { name: 'a child that crashes', argv: shell('sh -c "kill -SEGV \\$\\$"; echo $?') },
  {
    name: 'a probe that does not know its argument',
    argv: asKustomize('probe', 'read', 'dance'),
    stdin: 'x',
  },
  {
    name: 'killed for its memory',
    argv: [...AS_KUSTOMIZE, '-m', '32m', fixture('hog')],
    stdin: 'x',
    differs: { key: 'killed-for-memory', in: ['stderr'] },
  },
]
