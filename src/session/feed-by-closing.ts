import { setTimeout as sleep } from 'node:timers/promises'
import { attach } from '../cluster/container-streams.ts'
import type { Channels, Source } from '../streams/channels.ts'
import { isTransient } from './api-failure.ts'
import { isPlainRefusal } from './dial.ts'
import { podOf, type Target } from './target.ts'
import type { StdinFate } from './whole.ts'

interface Feeding {
  readonly container: string
  readonly stdin: Source
  /** The connection that listens: it shows that the container runs. */
  readonly reader: Channels
  /** Aborted when the reader is given up: whatever has not been attached by then must not be. */
  readonly signal: AbortSignal
  /** Told of the connection that carries stdin. */
  readonly onOpen?: (feeder: Channels) => void
}

/** Who wants no stdin has often ended by then; while nobody has given it any, nothing of it can be missing. */
const FIRST_PAUSE_MS = 50
/** After each dial. */
const PAUSES_MS = [50, 200, 1_000, 250]

/**
 * v4 has no half-close: a second connection carries stdin, and its end is stdin's end. It asks for stdout as well,
 * and drops it, because conmon stalls on an attach that reads nothing (cri-o#7945).
 *
 * `confirmed`: all of it arrived. `unread`: the reader's connection ended before anything could have been given, or
 * ended, by another one; where the node said that this was the function's own end, it ran with an open and empty stdin.
 */
export async function feedByClosing(target: Target, feeding: Feeding): Promise<StdinFate> {
  const dialled = await dialFeeder(target, feeding)
  if (dialled.kind === 'tooLate') return dialled.fate
  feeding.onOpen?.(dialled.feeder)
  return (await dialled.feeder.feedAndClose(feeding.stdin)) ? 'confirmed' : 'unknown'
}

type Dialled =
  | { readonly kind: 'open'; readonly feeder: Channels }
  /** The reader's connection has ended. */
  | { readonly kind: 'tooLate'; readonly fate: 'unread' | 'unknown' }

/** While the container runs, a refusal is trouble on the way: nothing of stdin is lost by asking again. */
async function dialFeeder(target: Target, { container, reader, signal }: Feeding): Promise<Dialled> {
  const options = {
    ...podOf(target),
    container,
    protocols: [reader.protocol],
    sinks: { stdout: () => undefined, stderr: () => undefined },
    signal,
  }
  const ended = reader.ended.then(() => true)
  const endsWithin = (ms: number): Promise<boolean> =>
    Promise.race([ended, sleep(ms, false, { ref: false, signal: target.signal })])
  if (await endsWithin(FIRST_PAUSE_MS)) return { kind: 'tooLate', fate: 'unread' }
  let fate: 'unread' | 'unknown' = 'unread'
  let failure: unknown
  for (const pauseMs of PAUSES_MS) {
    target.dials.made += 1
    try {
      const feeder = await attach(target.api, options)
      if (!(await endsWithin(0))) return { kind: 'open', feeder }
      feeder.terminate()
      return { kind: 'tooLate', fate: 'unknown' }
    } catch (error) {
      if (!isPlainRefusal(error)) fate = 'unknown'
      if (await endsWithin(pauseMs)) return { kind: 'tooLate', fate }
      if (!isTransient(error)) throw error
      failure = error
    }
  }
  throw failure
}
