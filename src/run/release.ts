import type { StreamWishes } from '../request/run-request.ts'
import type { Output } from '../session/session.ts'
import { unlessStopped } from '../session/unless-stopped.ts'
import type { RunHost } from './host.ts'
import { flushed, writeTo } from './standard-streams.ts'

/** Hands over what was proven whole: until here, nothing of stdout has left krmpod. */
export async function release(
  { stdout, before }: Output,
  { streams, host }: { streams: StreamWishes; host: Pick<RunHost, 'stdout' | 'stderr' | 'interrupted'> },
): Promise<void> {
  const { interrupted } = host
  // A stderr that nobody reads any more is no reason to keep stdout back.
  if (streams.stderr) await writeTo(host.stderr, [before.stderr], interrupted).catch(() => undefined)
  if (!streams.stdout) return
  await writeTo(host.stdout, [before.stdout], interrupted)
  await writeTo(host.stdout, stdout.read(), interrupted)
  await unlessStopped(flushed(host.stdout), interrupted)
}
