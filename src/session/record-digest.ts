import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../cluster/api-error.ts'
import { patchPod } from '../cluster/patch-pod.ts'
import { ANNOTATIONS, annotationPath } from '../kube/labels.ts'
import type { Pod } from '../kube/types.ts'
import { podOf, type Target } from './target.ts'

interface Recorded {
  readonly creating: Promise<Pod>
  readonly digest: string | undefined
}

/** Nobody waits for it for longer. */
const BOUND_MS = 1_000

/** Writes on the Pod, before it goes, what its image's name meant: for audit logs, and for who watches. Never fails. */
export async function recordDigest(target: Target, { creating, digest }: Recorded): Promise<void> {
  if (digest === undefined) return
  const record = async (): Promise<void> => {
    const { metadata } = await creating
    const operations = [
      { op: 'test', path: '/metadata/uid', value: metadata?.uid },
      { op: 'add', path: annotationPath(ANNOTATIONS.digest), value: digest },
    ]
    await patchPod(target.api, { ...podOf(target), operations }, {})
  }
  const recorded = record().catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 403)
      target.hint(`images.recordDigest: ${error.message}`)
  })
  await Promise.race([recorded, sleep(BOUND_MS, undefined, { ref: false })])
}
