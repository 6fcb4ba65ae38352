import { expiryOf, isKept } from '../kube/expiry.ts'
import type { Pod } from '../kube/types.ts'

/** A Pod that no run can be using any more. */
export interface Expired {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  /** For how long it could have been removed. */
  readonly expiredForMs: number
  /** `krmpod run --keep` left it on purpose. */
  readonly kept: boolean
}

interface Seen {
  readonly pods: readonly Pod[]
  readonly serverNow: number
}

/** Which of these Pods may be removed: the rule is in expiry.ts. */
export function selectExpired({ pods, serverNow }: Seen): readonly Expired[] {
  return pods.flatMap((pod) => {
    const { namespace, name, uid, resourceVersion } = pod.metadata ?? {}
    const expiry = expiryOf(pod)
    if (expiry === undefined || expiry > serverNow) return []
    // Without them, another Pod by this name could be hit, or this one after it changed.
    if (!namespace || !name || !uid || !resourceVersion) return []
    return [{ namespace, name, uid, resourceVersion, expiredForMs: serverNow - expiry, kept: isKept(pod) }]
  })
}
