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
  /** Told of the connection that carries stdin. */
  readonly onOpen?: (feeder: Channels) => void
}

const PAUSES_MS = [50, 200, 1_000]

/**
 * v4 has no half-close: a second connection carries stdin, and its end is stdin's end. It asks for stdout as well,
 * and drops it, because conmon stalls on an attach that reads nothing (cri-o#7945).
 */
export async function feedByClosing(target: Target, feeding: Feeding): Promise<StdinFate> {
  const dialled = await dialFeeder(target, feeding)
  if (dialled.kind === 'tooLate') return dialled.fate
  feeding.onOpen?.(dialled.feeder)
  return (await dialled.feeder.feedAndClose(feeding.stdin)) ? 'confirmed' : 'unknown'
}

type Dialled =
  | { readonly kind: 'open'; readonly feeder: Channels }
  /** The function has ended. When every dial was refused, nobody has ever ended its stdin. */
  | { readonly kind: 'tooLate'; readonly fate: 'unread' | 'unknown' }

/** While the container runs, a refusal is trouble on the way: nothing of stdin is lost by asking again. */
async function dialFeeder(target: Target, { container, reader }: Feeding): Promise<Dialled> {
  const options = {
    ...podOf(target),
    container,
    protocols: [reader.protocol],
    sinks: { stdout: () => undefined, stderr: () => undefined },
    signal: target.signal,
  }
  const ended = reader.ended.then(() => true)
  let fate: 'unread' | 'unknown' = 'unread'
  for (const pauseMs of [...PAUSES_MS, undefined]) {
    target.dials.made += 1
    try {
      return { kind: 'open', feeder: await attach(target.api, options) }
    } catch (error) {
      if (!isTransient(error)) throw error
      if (!isPlainRefusal(error)) fate = 'unknown'
      const isTooLate = await Promise.race([ended, sleep(pauseMs ?? 0, false, { signal: target.signal })])
      if (isTooLate) return { kind: 'tooLate', fate }
      if (pauseMs === undefined) throw error
    }
  }
  throw new Error('the last try has no pause behind it')
}
