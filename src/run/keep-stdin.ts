import type { RunRequest } from '../request/run-request.ts'
import { Spool } from '../streams/spool.ts'
import type { RunHost } from './host.ts'
import { readInto } from './standard-streams.ts'

/** What the function is to read, kept so that it can be read more than once; filled while others go on. */
export function keepStdin(
  { streams }: Pick<RunRequest, 'streams'>,
  { stdin, temporaryDirectory }: Pick<RunHost, 'stdin' | 'temporaryDirectory'>,
): Spool {
  const spool = new Spool(temporaryDirectory)
  if (streams.stdin) void readInto(spool, stdin)
  else spool.end()
  return spool
}
