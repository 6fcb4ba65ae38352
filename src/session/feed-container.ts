import { setTimeout as sleep } from 'node:timers/promises'
import { RunError } from '../errors/run-error.ts'
import type { Channels, Source, StreamEnd } from '../streams/channels.ts'
import type { Attached } from './dial.ts'
import { feedByClosing } from './feed-by-closing.ts'
import type { PodObserver } from './pod-observer.ts'
import type { Target } from './target.ts'

interface Feeding {
  readonly target: Target
  /** Of the container that is fed. */
  readonly observer: PodObserver
  readonly attached: Attached
  readonly container: string
}

/** A connection that takes nothing for so long is broken, whatever it says. */
const STALL_MS = 30_000

/** A helper of ours gets all of `source`, and its end; resolves at the end of the connection, which may come sooner. */
export async function feedContainer(
  source: Source,
  { target, observer, attached, container }: Feeding,
): Promise<StreamEnd> {
  const { channels } = attached
  const fed = channels.protocol.startsWith('v4')
    ? feedByClosing(target, { container, stdin: source, reader: channels })
    : channels.feed(source)
  const broken = new Promise<never>((_resolve, reject) => {
    fed.catch(reject)
    target.signal.addEventListener('abort', () => reject(target.signal.reason as Error), { once: true })
  })
  const lost = observer.until<never>(() => undefined)
  const stop = new AbortController()
  const stalled = watchForStall(channels, { fed, signal: stop.signal })
  for (const failure of [broken, lost, stalled]) failure.catch(() => undefined)
  try {
    return await Promise.race([channels.ended, broken, lost, stalled])
  } finally {
    stop.abort()
    channels.terminate()
  }
}

/** Rejects when nothing has been taken off our hands for too long. */
async function watchForStall(
  channels: Channels,
  { fed, signal }: { fed: Promise<unknown>; signal: AbortSignal },
): Promise<never> {
  const wait = (): Promise<void> => sleep(STALL_MS, undefined, { ref: false, signal })
  for (let before = -1; channels.sent !== before; ) {
    before = channels.sent
    // From then on it is the receiver's turn.
    if (await Promise.race([fed.then(() => true), wait().then(() => false)]))
      return new Promise(() => undefined)
  }
  throw new RunError('MOUNT_FAILED', { problem: `nothing was taken for ${STALL_MS / 1000} s`, cut: true })
}
