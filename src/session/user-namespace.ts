import { setTimeout as sleep } from 'node:timers/promises'
import { podEvents } from '../cluster/pods.ts'
import { RunError } from '../errors/run-error.ts'
import type { Pod } from '../kube/types.ts'
import type { PodObserver } from './pod-observer.ts'
import { podOf, type Target } from './target.ts'

const LOOK_MS = 1_000
// kubelet: "can't set `spec.hostUsers: false`, runtime does not support user namespaces", and what runtimes say of theirs.
const REFUSED = /user ?namespace|hostUsers|idmap/i

/** A server that does not know the field drops it, and the function would run without. */
export function checkUserNamespace({ spec }: Pod): void {
  if (spec?.hostUsers === false) return
  throw new RunError('USER_NAMESPACE', { problem: 'the API server does not know hostUsers' })
}

/**
 * kubelet tries again and again, and says why in events only: so they are looked at while the Pod is being prepared.
 * Without the right to list them, the run ends at its deadline.
 */
export async function watchForRefusal(target: Target, observer: PodObserver): Promise<void> {
  const { api, signal, stop } = target
  try {
    while (observer.verdict.kind === 'waiting') {
      await sleep(LOOK_MS, undefined, { signal, ref: false })
      const events = await podEvents(api, podOf(target), { signal })
      const refusal = events.find(
        ({ reason, message = '' }) => reason === 'FailedCreatePodSandBox' && REFUSED.test(message),
      )
      if (refusal) stop(new RunError('USER_NAMESPACE', { problem: refusal.message ?? '' }))
    }
  } catch {
    // The Pod is gone, or events are not for us.
  }
}
