import { allValues, isOn } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { invalidArgument } from '../argv/usage.ts'
import type { StreamWishes } from './run-request.ts'

const STREAMS: readonly string[] = ['stdin', 'stdout', 'stderr']

/** Stdin is open with `-i` only, as in docker: `-a STDIN` alone attaches to a stdin that is closed. */
export function resolveStreams(argv: ParsedArgv): StreamWishes {
  const attached = allValues(argv, 'attach').map(streamName)
  const isAttached = (stream: string): boolean => attached.length === 0 || attached.includes(stream)
  return { stdin: isOn(argv, 'interactive'), stdout: isAttached('stdout'), stderr: isAttached('stderr') }
}

function streamName(value: string): string {
  const stream = value.toLowerCase()
  if (STREAMS.includes(stream)) return stream
  throw invalidArgument('-a, --attach', value, 'valid streams are STDIN, STDOUT and STDERR')
}
