import { setTimeout as sleep } from 'node:timers/promises'
import { resizeCpu } from '../cluster/pods.ts'
import type { PodObserver } from './pod-observer.ts'
import { podOf, type Target } from './target.ts'

/**
 * The runtime notices the end of a process some time after its streams have ended, and a nudge before that is lost: the
 * second one counts then. Until the exit code is known, medians of 12 or more: 54 ms with a first pause of 20, 64 with 40.
 * On a machine half as fast: 147 with 20, of which more than half came too early, 83 with 30 (four of ten), 90 with 40
 * (one of ten). Three nudges, closer to each other, take longer: each keeps the node busy. In a build, whose Pods are
 * being taken down meanwhile, four of ten first ones came too early, and one of twenty second ones.
 */
const PAUSES_MS = [40, 60, 120]

/** Asks kubelet to look again, until the container is known to have ended, or to be lost. Each Pod takes only so many. */
export type Nudge = () => Promise<void>

interface Nudging {
  readonly observer: PodObserver
  readonly cpuRequests: readonly string[] | undefined
}

/**
 * kubelet finds a container's end at its next relist, up to a second later. A resized CPU request makes it relist the
 * Pod at once (1.36+, PLEGOnDemandRelist). It changes nothing but the moment: a refusal (no right, a quota, a
 * LimitRange, an older cluster) is done without.
 */
export function nudger(target: Target, { observer, cpuRequests = [] }: Nudging): Nudge {
  const left = [...cpuRequests]
  const { signal } = target
  return async () => {
    for (const pauseMs of PAUSES_MS) {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted || observer.isFinal) return
      const cpuRequest = left.shift()
      if (cpuRequest === undefined) return
      await resizeCpu(target.api, { ...podOf(target), cpuRequest }, { signal }).catch(() => undefined)
    }
  }
}

/** The function's exit code as kubelet states it, brought about sooner by a nudge once the streams have ended. */
export function awaitExit(observer: PodObserver, nudge: Nudge): Promise<{ code: number; reason: string }> {
  void nudge()
  return observer.until((verdict) => (verdict.kind === 'exited' ? verdict : undefined))
}
