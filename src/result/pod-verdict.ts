import { RunError } from '../errors/run-error.ts'
import type { ContainerStatus, Pod } from '../kube/types.ts'
import { START_ERROR_REASONS, startError } from './start-error.ts'
import type { Verdict } from './verdict.ts'
import { finalWaitingReason } from './waiting-reason.ts'

/**
 * Reads one snapshot of the Pod. `container` is the function's, or one that comes before it; the Pod's phase is never
 * waited for: it lags by a second.
 */
export function podVerdict(pod: Pod, container: string): Verdict {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  const status = [...initContainerStatuses, ...containerStatuses].find(({ name }) => name === container)
  return lost(pod, status) ?? exited(status) ?? initFailed(pod) ?? waiting(pod, status, container)
}

/**
 * Reasons of an exit code that is nobody's: kubelet's 137, and containerd's 255 for a container that it does not find
 * again after a restart (internal/cri/server/restart.go).
 */
const LOST_TRACK: ReadonlySet<string> = new Set(['ContainerStatusUnknown', 'Unknown'])

// A disk limit of the function's own, and not its node's trouble: it would be reached again (kubelet,
// pkg/kubelet/eviction/helpers.go).
const OWN_LIMIT =
  /ephemeral local storage usage exceeds|exceeded its local ephemeral storage limit|^Usage of EmptyDir/

/** The Pod was taken away: what its container did after that is not the function's own doing. */
function lost(pod: Pod, status: ContainerStatus | undefined): Verdict | undefined {
  const { reason, message } = pod.status ?? {}
  const seconds = pod.spec?.activeDeadlineSeconds ?? 0
  if (reason === 'DeadlineExceeded') {
    return failed(
      new RunError('DEADLINE', {
        limit: `${seconds} s`,
        spent: 'kubelet ended the Pod (activeDeadlineSeconds)',
      }),
    )
  }
  const disruption = pod.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  )
  const name = pod.metadata?.name ?? ''
  if (disruption) {
    const why = `${disruption.reason ?? 'disrupted'}: ${disruption.message ?? ''}`
    return failed(new RunError('POD_LOST', { pod: name, why, disrupted: true }))
  }
  const why =
    (pod.metadata?.deletionTimestamp && 'it was deleted by someone else') ||
    (LOST_TRACK.has(status?.state?.terminated?.reason ?? '') && 'its node lost track of the container') ||
    (reason && pod.status?.phase === 'Failed' && `${reason}: ${message ?? ''}`)
  const disrupted = reason === 'Evicted' && !OWN_LIMIT.test(message ?? '')
  return why ? failed(new RunError('POD_LOST', { pod: name, why, disrupted })) : undefined
}

function exited(status: ContainerStatus | undefined): Verdict | undefined {
  const terminated = status?.state?.terminated
  if (!terminated) return undefined
  if (START_ERROR_REASONS.has(terminated.reason ?? '')) return failed(startError(terminated.message ?? ''))
  return { kind: 'exited', code: terminated.exitCode, reason: terminated.reason ?? '' }
}

/** What has to end before the function can begin, and cannot. */
function initFailed(pod: Pod): Verdict | undefined {
  for (const { name, state, image } of pod.status?.initContainerStatuses ?? []) {
    const final = state?.waiting && finalWaitingReason(state.waiting, image)
    if (final) return failed(final)
    const { terminated } = state ?? {}
    if (!terminated || terminated.exitCode === 0) continue
    if (START_ERROR_REASONS.has(terminated.reason ?? '')) return failed(startError(terminated.message ?? ''))
    const message = `init container ${name} exited ${terminated.exitCode} (${terminated.reason ?? ''})`
    return failed(new RunError('CANNOT_START', { message }))
  }
  return undefined
}

function waiting(pod: Pod, status: ContainerStatus | undefined, container: string): Verdict {
  if (status?.state?.running) return { kind: 'running' }
  const { initContainers = [], containers = [] } = pod.spec ?? {}
  const image = [...initContainers, ...containers].find(({ name }) => name === container)?.image ?? ''
  const reason = status?.state?.waiting
  const final = reason && finalWaitingReason(reason, image)
  if (final) return failed(final)
  const detail =
    reason && reason.reason !== 'ContainerCreating' ? words(reason.reason, reason.message) : undefined
  const scheduled = condition(pod, 'PodScheduled')
  if (!pod.spec?.nodeName) {
    const unschedulable =
      scheduled?.status === 'False' ? words(scheduled.reason, scheduled.message) : undefined
    return { kind: 'waiting', phase: 'scheduling', ...(unschedulable && { detail: unschedulable }) }
  }
  // Clusters before 1.29 do not know the condition: there all there is to go by is that kubelet has seen the Pod.
  const ready = condition(pod, 'PodReadyToStartContainers')
  const phase = (ready ? ready.status === 'True' : status) ? 'starting' : 'preparing'
  return { kind: 'waiting', phase, ...(detail && { detail }) }
}

function condition(
  pod: Pod,
  type: string,
): { status: string; reason?: string; message?: string } | undefined {
  return pod.status?.conditions?.find((candidate) => candidate.type === type)
}

function words(reason: string | undefined, message: string | undefined): string {
  return [reason, message].filter(Boolean).join(': ')
}

function failed(error: RunError): Verdict {
  return { kind: 'failed', error }
}
