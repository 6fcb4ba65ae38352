import { setTimeout as sleep } from 'node:timers/promises'
import { elapsedMs } from '../cluster/elapsed.ts'
import { RunError } from '../errors/run-error.ts'
import { RECEIVER_CONTAINER } from '../plan/pod-plan.ts'
import type { Channels, StreamEnd } from '../streams/channels.ts'
import type { SpdyStreams } from '../streams/spdy-streams.ts'
import { feedByClosing } from './feed-by-closing.ts'
import type { PodObserver } from './pod-observer.ts'
import type { Target } from './target.ts'

interface Uploading {
  readonly target: Target
  /** Of the receiver's container. */
  readonly observer: PodObserver
  readonly channels: Channels | SpdyStreams
}

/** The archive on its way: `carrier` is the connection that stdin goes over, once there is one. */
interface Feeding {
  readonly done: Promise<unknown>
  readonly carrier: () => Pick<Channels, 'moved'> | undefined
  /** All of it has been taken, and its end: what is left is the receiver's to do, and may take its time. */
  readonly isTaken: () => boolean
}

/** A connection on which nothing moves is broken, whatever it says. */
const STALL_MS = 30_000
const LOOKS = 5
/** What a receiver that has ended said is still on its way. */
const LAST_WORDS_MS = 500

/**
 * Feeds all of the archive to a receiver, and waits for the end of the connection, which comes sooner when the receiver
 * wants no more. Rejects when the files, the Pod or the connection are not what they were.
 */
export async function upload(
  archive: Iterable<Buffer>,
  { target, observer, channels }: Uploading,
): Promise<StreamEnd> {
  const feeding = feed(archive, { target, channels })
  const broken = new Promise<never>((_resolve, reject) => {
    feeding.done.catch(reject)
    target.signal.addEventListener('abort', () => reject(target.signal.reason as Error), { once: true })
  })
  const stop = new AbortController()
  const standsStill = stalled(feeding, { signal: stop.signal, stallMs: target.stallMs ?? STALL_MS })
  try {
    return await Promise.race([channels.ended, broken, ended(observer), standsStill])
  } finally {
    stop.abort()
    channels.terminate()
  }
}

function feed(archive: Iterable<Buffer>, { target, channels }: Omit<Uploading, 'observer'>): Feeding {
  const stdin = { read: () => archive }
  if (channels.hasHalfClose) {
    const isTaken = (): boolean => channels.stdinEndTaken
    return { done: channels.feed(stdin), carrier: () => channels, isTaken }
  }
  let carrier: Channels | undefined
  let isTaken = false
  const onOpen = (feeder: Channels): void => void (carrier = feeder)
  const { signal } = target
  const fed = feedByClosing(target, {
    container: RECEIVER_CONTAINER,
    stdin,
    reader: channels,
    signal,
    onOpen,
  })
  const done = fed.then((fate) => (isTaken = fate === 'confirmed'))
  return { done, carrier: () => carrier, isTaken: () => isTaken }
}

/** Rejects when nothing has been taken off our hands for too long. */
async function stalled(
  { carrier, isTaken }: Feeding,
  { signal, stallMs }: { signal: AbortSignal; stallMs: number },
): Promise<never> {
  let moved = -1
  let since = elapsedMs()
  for (;;) {
    await sleep(stallMs / LOOKS, undefined, { ref: false, signal })
    const now = carrier()?.moved
    if (isTaken() || now === undefined || now !== moved) since = elapsedMs()
    else if (elapsedMs() - since >= stallMs) break
    moved = now ?? moved
  }
  throw new RunError('MOUNT_FAILED', { problem: `nothing was taken for ${stallMs / 1000} s`, cut: true })
}

/** The receiver has ended, and so should have its stream. Rejects when the Pod is lost. */
async function ended(observer: PodObserver): Promise<StreamEnd> {
  await observer.until((verdict) => (verdict.kind === 'exited' ? true : undefined))
  await sleep(LAST_WORDS_MS, undefined, { ref: false })
  return { closeCode: 1000 }
}
