import type { ApiClient } from '../cluster/api-client.ts'
import { listPods } from '../cluster/list-pods.ts'
import { deletePod } from '../cluster/pods.ts'
import { ANNOTATIONS, POD_SELECTOR } from '../kube/labels.ts'

interface Crowded {
  readonly api: ApiClient
  readonly namespace: string
  readonly signal: AbortSignal
}

/** Gives up one parked Pod, of whatever function, for a run that the quota has no room for. */
export async function makeRoom({ api, namespace, signal }: Crowded): Promise<void> {
  for await (const { pods } of listPods(api, { namespace, labelSelector: POD_SELECTOR, signal })) {
    for (const { metadata } of pods) {
      const { name, uid, resourceVersion, annotations, deletionTimestamp } = metadata ?? {}
      const isParked = annotations?.[ANNOTATIONS.standby] !== undefined && deletionTimestamp === undefined
      if (!isParked || !name || !uid || !resourceVersion) continue
      // Only as it was seen: a run may have claimed it since.
      const isGone = await deletePod(api, { namespace, name, uid, resourceVersion, graceSeconds: 0 }).then(
        () => true,
        () => false,
      )
      if (isGone) return
    }
  }
}
