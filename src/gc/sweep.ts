import type { ApiClient } from '../cluster/api-client.ts'
import { ApiError } from '../cluster/api-error.ts'
import { listPods } from '../cluster/list-pods.ts'
import { deletePod } from '../cluster/pods.ts'
import { POD_SELECTOR } from '../kube/labels.ts'
import { type Expired, selectExpired } from './select.ts'

export interface Sweep {
  readonly api: ApiClient
  /** Undefined: all of them. */
  readonly namespace: string | undefined
  /** Look, and remove nothing. */
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/** What became of an expired Pod. `gone`: somebody else was first. `changed`: it is not what was looked at any more. */
export type Fate =
  | { readonly kind: 'found' | 'removed' | 'gone' | 'changed' }
  | { readonly kind: 'failed'; readonly error: unknown }

export interface Swept {
  readonly pod: Expired
  readonly fate: Fate
}

export interface SweepResult {
  /** Every expired Pod. */
  readonly expired: readonly Swept[]
  /** How many there are of krmpod's that may still be in use. */
  readonly inUse: number
}

const AT_ONCE = 8

/**
 * Removes the Pods of runs that are over, which nobody removed: those runs were killed. A Secret is never looked for: its
 * Pod owns it, so it goes with it, and one whose Pod was gone first is the garbage collector's. Rejects when the Pods
 * cannot be listed; what becomes of each is told, not thrown.
 */
export async function sweep({ api, namespace, dryRun = false, signal }: Sweep): Promise<SweepResult> {
  const expired: Swept[] = []
  let seen = 0
  for await (const page of listPods(api, { namespace, labelSelector: POD_SELECTOR, signal })) {
    seen += page.pods.length
    const found = selectExpired(page)
    const remove = dryRun
      ? () => Promise.resolve<Fate>({ kind: 'found' })
      : (pod: Expired) => removed(pod, api)
    for (let start = 0; start < found.length; start += AT_ONCE) {
      signal?.throwIfAborted()
      const some = found.slice(start, start + AT_ONCE)
      expired.push(...(await Promise.all(some.map(async (pod) => ({ pod, fate: await remove(pod) })))))
    }
  }
  return { expired, inUse: seen - expired.length }
}

/** Only this very object, as it was seen: a Pod that a run has claimed in the meantime has changed. */
async function removed({ namespace, name, uid, resourceVersion }: Expired, api: ApiClient): Promise<Fate> {
  try {
    await deletePod(api, { namespace, name, uid, resourceVersion, graceSeconds: 0 })
    return { kind: 'removed' }
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { kind: 'gone' }
    if (error instanceof ApiError && error.status === 409) return { kind: 'changed' }
    return { kind: 'failed', error }
  }
}
