import { createHash } from 'node:crypto'
import { ANNOTATIONS, annotationPath } from '../kube/labels.ts'
import type { Pod } from '../kube/types.ts'
import type { RunRequest } from '../request/run-request.ts'
import { SAFE_TO_EVICT } from './leave-us-alone.ts'
import type { PodPlan } from './pod-plan.ts'

/** Part of every key: raised whenever Pods of an earlier krmpod should not be taken any more. */
const FORMAT = 1
/** What two runs of the same function need not have in common. */
const OF_ONE_RUN: ReadonlySet<string> = new Set([
  ANNOTATIONS.runId,
  ANNOTATIONS.expires,
  ANNOTATIONS.image,
  SAFE_TO_EVICT,
])

/**
 * Whether another run like this one could be given a Pod that has been waiting for it: a function that reads its stdin,
 * has no network, and holds nothing of this caller's: no files, no secrets, no name.
 */
export function mayWait(request: RunRequest, plan: PodPlan): boolean {
  const { network, streams, name, pullPolicy, mounts } = request
  const isOthers = plan.secret !== undefined || plan.pullSecret !== undefined || name !== undefined
  const holdsFiles = mounts.some(({ kind }) => kind === 'bind' || kind === 'volume')
  return (
    network === 'none' && streams.stdin && !plan.exec && pullPolicy !== 'Always' && !isOthers && !holdsFiles
  )
}

/** The same for all runs that could use the same Pod: of everything in it but the run's own name, times and deadline. */
export function standbyKey({ pod }: PodPlan): string {
  const { spec, metadata } = pod
  const lasting = { ...spec, activeDeadlineSeconds: undefined }
  const parts = [FORMAT, lasting, metadata.labels, lastingAnnotations(pod), metadata.ownerReferences]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

/** What every Pod of the same key has. */
export function lastingAnnotations({ metadata }: Pod): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(metadata?.annotations ?? {}).filter(([key]) => !OF_ONE_RUN.has(key)),
  )
}

/** The Pod of the plan as one that waits: for as long as it may, and for a run after that. */
export function parkedPod(plan: PodPlan, { standby }: RunRequest, now: Date): PodPlan['pod'] {
  const { metadata, spec } = plan.pod
  const lifetimeMs = standby.ttlMs + standby.longestRunMs
  const annotations = {
    ...metadata.annotations,
    [ANNOTATIONS.standby]: standbyKey(plan),
    [ANNOTATIONS.expires]: new Date(now.getTime() + lifetimeMs).toISOString(),
    [SAFE_TO_EVICT]: 'true',
  }
  return {
    ...plan.pod,
    metadata: { ...metadata, annotations },
    ...(spec && { spec: { ...spec, activeDeadlineSeconds: Math.ceil(lifetimeMs / 1000) } }),
  }
}

/** What makes a parked Pod the run's own, told by JSON patch: all of it, or, where another run was first, nothing. */
export function claimPatch(
  { pod }: PodPlan,
  parked: { readonly uid: string; readonly key: string; readonly activeDeadlineSeconds: number },
): readonly object[] {
  const { annotations = {} } = pod.metadata
  const own = [ANNOTATIONS.runId, ANNOTATIONS.expires, ANNOTATIONS.image, SAFE_TO_EVICT]
  return [
    { op: 'test', path: '/metadata/uid', value: parked.uid },
    { op: 'test', path: annotationPath(ANNOTATIONS.standby), value: parked.key },
    { op: 'remove', path: annotationPath(ANNOTATIONS.standby) },
    ...own.map((key) => ({ op: 'replace', path: annotationPath(key), value: annotations[key] ?? '' })),
    { op: 'replace', path: '/spec/activeDeadlineSeconds', value: parked.activeDeadlineSeconds },
  ]
}
