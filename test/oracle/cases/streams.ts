import { fixture } from '../../e2e/support/cluster.ts'
import type { Case } from '../case.ts'
import { asKustomize, plainShell, shell } from './argv.ts'

const OCTETS = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const RESOURCES =
  'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n'

/** Bytes on the three streams. */
export const STREAMS: readonly Case[] = [
  { name: 'a ResourceList through cat', argv: asKustomize('cat'), stdin: RESOURCES },
  { name: 'a generator that reads first', argv: asKustomize('generate-patiently'), stdin: RESOURCES },
  { name: 'all 256 values through cat', argv: asKustomize('cat'), stdin: OCTETS },
  { name: 'no newline at the end', argv: asKustomize('cat'), stdin: 'one\ntwo' },
  { name: 'a newline and nothing else', argv: asKustomize('cat'), stdin: '\n' },
  { name: 'CR and LF in every order', argv: asKustomize('cat'), stdin: 'a\r\nb\n\rc\r\rd\n\n' },
  { name: 'an empty stdin', argv: asKustomize('cat') },
  { name: 'octets on both streams', argv: asKustomize('probe', 'read', 'octets=both'), stdin: 'x' },
  { name: 'octets on stderr only', argv: asKustomize('probe', 'read', 'octets=stderr'), stdin: 'x' },
  {
    name: 'escape sequences on stderr stay as they are',
    argv: asKustomize('probe', 'read', 'stderr=\\x1b[31mred\\x1b[0m\\x07\\n'),
    stdin: 'x',
  },
  {
    name: 'the streams in turn, line by line',
    argv: shell('for i in $(seq 50); do echo out $i; echo err $i >&2; done'),
  },
  {
    name: 'stdout is closed before the end',
    argv: shell('echo out; exec >&-; sleep 1; echo err >&2; exit 4'),
  },
  {
    name: 'a child that outlives the function is not waited for',
    argv: shell('(sleep 30; echo late) & echo in time'),
  },
  { name: 'a function that reads nothing and says nothing', argv: asKustomize('deaf'), stdin: RESOURCES },
  {
    name: 'without -i, stdin is empty',
    argv: ['run', '--rm', fixture('sink')],
    stdin: 'not for the function',
  },
  {
    name: '-a stdout: no stderr',
    argv: [
      'run',
      '--rm',
      '-i',
      '-a',
      'stdin',
      '-a',
      'stdout',
      fixture('probe'),
      'read',
      'stdout=o',
      'stderr=e',
    ],
    stdin: 'x',
  },
  {
    name: '-a stderr: no stdout',
    argv: [
      'run',
      '--rm',
      '-i',
      '-a',
      'stdin',
      '-a',
      'stderr',
      fixture('probe'),
      'read',
      'stdout=o',
      'stderr=e',
    ],
    stdin: 'x',
  },
  {
    name: 'stderr while the function is at work',
    argv: [
      'run',
      '--rm',
      '-i',
      '--network',
      'host',
      fixture('probe'),
      'sleep=3',
      'stderr=working\\n',
      'read',
      'echo',
    ],
    stdin: 'in',
    watch: { kind: 'live', stream: 'stderr' },
  },
  {
    name: 'stdout while the function is at work',
    argv: [
      'run',
      '--rm',
      '-i',
      '--network',
      'host',
      fixture('probe'),
      'sleep=3',
      'stdout=first ',
      'read',
      'echo',
    ],
    stdin: 'in',
    watch: { kind: 'live', stream: 'stdout' },
    differs: { key: 'stdout-at-the-end', in: ['live'] },
  },
  {
    name: 'stderr while a function without network is at work',
    argv: asKustomize('probe', 'sleep=3', 'stderr=working\\n', 'read', 'echo'),
    stdin: 'in',
    watch: { kind: 'live', stream: 'stderr' },
    differs: { key: 'stderr-held', in: ['live'] },
  },
  {
    name: 'a plain call that is not kustomize’s',
    argv: plainShell('echo out; echo err >&2', ['--rm']),
    stdin: 'x',
  },
]
