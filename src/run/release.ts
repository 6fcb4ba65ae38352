import type { StreamWishes } from '../request/run-request.ts'
import type { Output } from '../session/session.ts'
import type { RunHost } from './host.ts'
import { flushed, writeTo } from './standard-streams.ts'

/** Hands over what was proven whole: until here, nothing of stdout has left krmpod. */
export async function release(
  { stdout, before }: Output,
  { streams, host }: { streams: StreamWishes; host: RunHost },
): Promise<void> {
  if (streams.stderr) await writeTo(host.stderr, [before.stderr])
  if (!streams.stdout) return
  await writeTo(host.stdout, [before.stdout])
  await writeTo(host.stdout, stdout.read())
  await flushed(host.stdout)
}
