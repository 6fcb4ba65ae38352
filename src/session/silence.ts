import { setTimeout as sleep } from 'node:timers/promises'
import type { Channels } from '../streams/channels.ts'
import type { PodObserver } from './pod-observer.ts'

/** How long the connection of a container that has ended may say nothing before it counts as dead. */
const SILENCE_MS = 10_000

/** Resolves when nothing comes any more from a container that has ended. Rejects when the Pod is lost. */
export async function silentAfterExit(channels: Channels, observer: PodObserver): Promise<void> {
  await observer.until((verdict) => (verdict.kind === 'exited' ? verdict : undefined))
  for (let before = -1; before !== channels.received; ) {
    before = channels.received
    await sleep(SILENCE_MS, undefined, { ref: false })
  }
}
