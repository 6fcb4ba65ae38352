import { fixture } from '../../e2e/support/cluster.ts'
import type { Case } from '../case.ts'
import { asKustomize, plainShell } from './argv.ts'

/** A function whose first word comes when somebody listens: with network, stderr comes through as it is written. */
function waiting(...steps: readonly string[]): readonly string[] {
  return ['run', '--rm', '-i', '--network', 'host', fixture('probe'), 'sleep=3', ...steps]
}

/** How a call ends, and what it leaves. */
export const LIFETIMES: readonly Case[] = [
  { name: 'nothing is left with --rm', argv: asKustomize('cat'), stdin: 'x', watch: { kind: 'left' } },
  {
    name: 'nothing is left of a failure with --rm',
    argv: asKustomize('fail'),
    stdin: 'x',
    watch: { kind: 'left' },
  },
  {
    name: 'what is left without --rm',
    argv: plainShell('echo out'),
    watch: { kind: 'left' },
    differs: { key: 'no-rm', in: ['left'] },
  },
  {
    name: 'TERM to a function that ends by it',
    argv: waiting('stderr=here\\n', 'sleep=inf'),
    watch: { kind: 'signal', signal: 'SIGTERM' },
    differs: { key: 'signals', in: ['stderr'] },
  },
  {
    name: 'TERM to a function that is deaf to it',
    argv: waiting('ignore=TERM', 'stderr=here\\n', 'sleep=inf'),
    watch: { kind: 'signal', signal: 'SIGTERM' },
    differs: { key: 'signals', in: ['exitCode', 'stderr', 'left'] },
  },
  {
    name: 'a stdout that nobody reads any more',
    argv: waiting('stderr=here\\n', 'sleep=8', 'stdout=x', 'sleep=600'),
    watch: { kind: 'hangUp' },
    differs: { key: 'caller-gone', in: ['exitCode', 'stderr', 'left'] },
  },
]
