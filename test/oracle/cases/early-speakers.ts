import { fixture } from '../../e2e/support/cluster.ts'
import { AS_KUSTOMIZE } from '../../e2e/support/docker.ts'
import type { Case } from '../case.ts'
import { asKustomize } from './argv.ts'

const RESOURCES = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n'

/** The three kinds that speak before anybody can listen: one call proves little, so they are made again and again. */
export const EARLY_SERIES: readonly Case[] = [
  { name: 'ignores stdin', argv: asKustomize('generate'), stdin: RESOURCES },
  {
    name: 'speaks on stderr only',
    argv: asKustomize('probe', 'stderr=a word of warning\\n', 'read'),
    stdin: RESOURCES,
  },
  {
    name: 'speaks on both streams before it reads',
    argv: asKustomize('probe', 'stdout=# early\\n', 'stderr=a word of warning\\n', 'read', 'echo'),
    stdin: RESOURCES,
  },
]

/** Others of the kind, once each. */
export const EARLY_SPEAKERS: readonly Case[] = [
  { name: 'a plain program without -i', argv: ['run', '--rm', fixture('probe'), 'stdout=early\\n'] },
  {
    name: 'a plain program that fails at once',
    argv: ['run', '--rm', fixture('probe'), 'stdout=early\\n', 'exit=3'],
  },
  {
    name: 'a plain program that lists its usage on stderr',
    argv: ['run', '--rm', fixture('probe')],
  },
  {
    name: 'an entrypoint that is a text without #!',
    argv: asKustomize('entrypoint-not-a-program'),
    differs: { key: 'main-process', in: ['exitCode', 'stdout', 'stderr'], isRace: true },
  },
  {
    name: 'CR before LF, at once',
    argv: ['run', '--rm', fixture('probe'), 'stdout=one\\r\\ntwo\\r\\n'],
  },
  {
    name: 'a function that takes ten bytes of 5 MiB and ends',
    argv: [...AS_KUSTOMIZE, '--entrypoint', 'head', fixture('cat'), '-c', '10'],
    stdin: 'x'.repeat(5 << 20),
  },
  ...[
    ['200 KiB at once, stdin ignored', 'text=200KiB'],
    ['200 KiB at once, then all of stdin', 'text=200KiB', 'copy'],
    ['20 MiB at once, stdin ignored', 'text=20MiB'],
    ['octets on both streams at once', 'octets=both'],
    ['a failure at once, stdin ignored', 'stderr=no\\n', 'exit=1'],
    ['a program that speaks, waits, and reads', 'stdout=# early\\n', 'sleep=2', 'copy'],
  ].map(([name = '', ...steps]) => ({
    name,
    argv: asKustomize('probe', ...steps),
    stdin: RESOURCES,
  })),
]
