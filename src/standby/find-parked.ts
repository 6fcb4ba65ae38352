import type { ApiClient } from '../cluster/api-client.ts'
import { listPods } from '../cluster/list-pods.ts'
import { ANNOTATIONS, POD_SELECTOR } from '../kube/labels.ts'
import type { Pod } from '../kube/types.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'

interface Wanted {
  readonly api: ApiClient
  readonly namespace: string
  readonly key: string
  readonly ttlMs: number
  /** What is left for the run. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** A Pod that says it waits for such a run. Nothing of it is believed yet: why-unusable.ts. */
interface Candidate {
  readonly name: string
  readonly uid: string
  readonly activeDeadlineSeconds: number
}

export interface Found {
  /** Those that run. */
  readonly candidates: readonly Candidate[]
  /** Those that will run soon, too, and those that have ended: a function that does not wait is not parked again and again. */
  readonly count: number
}

/** The Pods parked by this key that a run of this length may still use. Rejects where Pods cannot be listed. */
export async function findParked(wanted: Wanted): Promise<Found> {
  const { api, namespace, key, signal } = wanted
  const candidates: Candidate[] = []
  let count = 0
  for await (const { pods, serverNow } of listPods(api, { namespace, labelSelector: POD_SELECTOR, signal })) {
    const young = pods.filter((pod) => isParked(pod, key) && !isTooOld(pod, { ...wanted, serverNow }))
    count += young.length
    candidates.push(...young.flatMap((pod) => candidateOf(pod, { ...wanted, serverNow }) ?? []))
  }
  return { candidates, count }
}

function isParked({ metadata }: Pod, key: string): boolean {
  return (
    metadata?.annotations?.[ANNOTATIONS.standby] === key &&
    metadata.deletionTimestamp === undefined &&
    (metadata.finalizers ?? []).length === 0
  )
}

function isTooOld({ metadata }: Pod, { ttlMs, serverNow }: { ttlMs: number; serverNow: number }): boolean {
  // A time that cannot be read is no age.
  return !(serverNow - Date.parse(metadata?.creationTimestamp ?? '') <= ttlMs)
}

/** kubelet counts the deadline from the Pod's start, and it can only be lowered. */
function candidateOf(
  { metadata, spec, status }: Pod,
  { serverNow, deadlineMs }: { serverNow: number; deadlineMs: number },
): Candidate | undefined {
  const { name, uid } = metadata ?? {}
  const container = status?.containerStatuses?.find((one) => one.name === FUNCTION_CONTAINER)
  const sinceStartMs = serverNow - Date.parse(status?.startTime ?? '')
  const activeDeadlineSeconds = Math.ceil(sinceStartMs / 1000) + Math.ceil(deadlineMs / 1000) + 1
  const isRunning = status?.phase === 'Running' && container?.state?.running !== undefined
  const isLongEnough = activeDeadlineSeconds <= (spec?.activeDeadlineSeconds ?? 0)
  if (!name || !uid || !isRunning || !isLongEnough) return undefined
  return { name, uid, activeDeadlineSeconds }
}
