import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { environmentDigest, parseAddress } from '../build/address.ts'
import { askBuild } from '../build/ask-build.ts'
import { RunError } from '../errors/run-error.ts'
import { flushed, readInto, writeTo } from '../run/standard-streams.ts'
import { unlessStopped } from '../session/unless-stopped.ts'
import { Spool } from '../streams/spool.ts'
import { watchCaller } from './interruptions.ts'

/** `docker run` below a `krmpod build`, which has the cluster; by itself when that is gone or has no use for it. */
export async function runInBuild(words: readonly string[], build: string): Promise<number> {
  const interruptions = watchCaller()
  const { signal } = interruptions
  const stdin = new Spool(tmpdir())
  void readInto(stdin, process.stdin)
  const stdout = new Spool(tmpdir())
  const address = parseAddress(build)
  const hello = { words, ...workingDirectory(), environment: environmentDigest(process.env) }
  const answer = address
    ? await unlessStopped(askBuild({ address, hello, stdin, stdout, stderr: process.stderr, signal }), signal)
    : undefined
  if (answer?.kind === 'ended') {
    await writeTo(process.stdout, stdout.read(), signal)
    await unlessStopped(flushed(process.stdout), signal)
    return answer.exitCode
  }
  if (answer?.kind === 'gone') await throwUnlessPure(words)
  const { dockerCommand } = await import('./docker-command.ts')
  return dockerCommand(words, { stdin: Readable.from(stdin.read()), interruptions })
}

function workingDirectory(): { cwd?: string } {
  try {
    return { cwd: process.cwd() }
  } catch {
    return {} // it has been removed
  }
}

/** The build that had this call is gone, and nobody can tell whether it has run. */
export async function throwUnlessPure(words: readonly string[]): Promise<void> {
  const { isPureCall } = await import('../build/pure-call.ts')
  if (!isPureCall(words)) throw new RunError('BUILD_GONE', undefined)
}
