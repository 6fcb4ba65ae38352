import { setTimeout as sleep } from 'node:timers/promises'
import { attach } from '../cluster/container-streams.ts'
import type { Channels, Source } from '../streams/channels.ts'
import { isTransient } from './api-failure.ts'
import { podOf, type Target } from './target.ts'

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
 * and drops it, because conmon stalls on an attach that reads nothing (cri-o#7945). True: all of it arrived.
 */
export async function feedByClosing(target: Target, feeding: Feeding): Promise<boolean> {
  const feeder = await dialFeeder(target, feeding)
  feeding.onOpen?.(feeder)
  return feeder.feedAndClose(feeding.stdin)
}

/** The container runs, so a refusal is trouble on the way: nothing of stdin is lost by asking again. */
async function dialFeeder(target: Target, { container, reader }: Feeding): Promise<Channels> {
  const options = {
    ...podOf(target),
    container,
    protocols: [reader.protocol],
    sinks: { stdout: () => undefined, stderr: () => undefined },
    signal: target.signal,
  }
  for (const pauseMs of PAUSES_MS) {
    target.dials.made += 1
    try {
      return await attach(target.api, options)
    } catch (error) {
      if (!isTransient(error)) throw error
      await sleep(pauseMs, undefined, { signal: target.signal })
    }
  }
  target.dials.made += 1
  return attach(target.api, options)
}
