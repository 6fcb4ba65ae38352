import { isDeepStrictEqual } from 'node:util'
import type { Pod } from '../kube/types.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'
import { lastingAnnotations } from '../plan/standby.ts'

/**
 * Who may write Pods could have planted this one, to be given the caller's resources. So it is taken only when it is what we
 * would have made ourselves. `admitted`: what the API server would make of our own plan now, with all defaults, and
 * whatever admission adds. Undefined: it is the same.
 */
export function whyNotPlanned(claimed: Pod, admitted: Pod): string | undefined {
  if (!isDeepStrictEqual(lastingSpec(claimed), lastingSpec(admitted)))
    return 'its spec is not the planned one'
  if (!isDeepStrictEqual(claimed.metadata?.labels, admitted.metadata?.labels)) return 'it has other labels'
  const { annotations = {} } = claimed.metadata ?? {}
  const planned = lastingAnnotations(admitted)
  const others = [...Object.keys(planned), ...Object.keys(lastingAnnotations(claimed)).filter(isTelling)]
  const other = others.find((key) => annotations[key] !== planned[key])
  if (other !== undefined) return `its annotation ${other} is not the planned one`
  if (!isDeepStrictEqual(ownersOf(claimed), ownersOf(admitted))) return 'it belongs to somebody else'
  return undefined
}

/** Networks, runtimes and admission take orders by annotation. These only say what was done, by a CNI or the kubelet. */
const REPORTS =
  /^(cni\.projectcalico\.org\/|kubernetes\.io\/(config|limit-ranger)|k8s\.ovn\.org\/pod-networks$|k8s\.v1\.cni\.cncf\.io\/networks?-status$|openshift\.io\/scc$)/

function isTelling(key: string): boolean {
  return !REPORTS.test(key)
}

/** It has to have been so since its start. `digest`: of the image that a node ran for a run of our own. */
export function whyNotWaiting({ metadata, status }: Pod, digest: string): string | undefined {
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
