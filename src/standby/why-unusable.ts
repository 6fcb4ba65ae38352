import { isDeepStrictEqual } from 'node:util'
import type { Pod } from '../kube/types.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'
import { lastingAnnotations } from '../plan/standby.ts'

interface Expected {
  /** What the API server would make of our own plan now: with all defaults, and whatever admission adds. */
  readonly admitted: Pod
  /** Of the image that a node ran for a run of our own. */
  readonly digest: string
}

/**
 * Who may write Pods could have planted this one, to be given the caller's resources. So it is taken only when it is what we
 * would have made ourselves, has been so since its start, and runs. Undefined: it is.
 */
export function whyUnusable(claimed: Pod, { admitted, digest }: Expected): string | undefined {
  if (!isDeepStrictEqual(lastingSpec(claimed), lastingSpec(admitted)))
    return 'its spec is not the planned one'
  if (!isDeepStrictEqual(claimed.metadata?.labels, admitted.metadata?.labels)) return 'it has other labels'
  const { annotations = {} } = claimed.metadata ?? {}
  const missing = Object.entries(lastingAnnotations(admitted)).find(
    ([key, value]) => annotations[key] !== value,
  )
  if (missing) return `its annotation ${missing[0]} is not the planned one`
  if (!isDeepStrictEqual(ownersOf(claimed), ownersOf(admitted))) return 'it belongs to somebody else'
  return whyNotWaiting(claimed, digest)
}

function whyNotWaiting({ metadata, status }: Pod, digest: string): string | undefined {
  if (metadata?.deletionTimestamp !== undefined) return 'it is being deleted'
  if ((status?.ephemeralContainerStatuses ?? []).length > 0) return 'somebody has looked into it'
  const container = status?.containerStatuses?.find(({ name }) => name === FUNCTION_CONTAINER)
  if (!container?.state?.running) return 'its function does not run'
  if (container.restartCount !== 0) return 'its function was restarted'
  if (!container.imageID.endsWith(digest)) return 'it runs another image than the runs before'
  return undefined
}

function lastingSpec({ spec }: Pod): object {
  return { ...spec, activeDeadlineSeconds: undefined, nodeName: undefined }
}

function ownersOf({ metadata }: Pod): readonly string[] {
  return (metadata?.ownerReferences ?? []).map(({ uid }) => uid)
}
