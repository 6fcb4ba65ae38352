/** Pod statuses as kubelet 1.36 writes them, in the order of a Pod's life. */
export interface PodStatus {
  readonly startTime?: string
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
  readonly reason?: string
  readonly message?: string
  readonly conditions?: readonly Condition[]
  readonly initContainerStatuses?: readonly ContainerStatus[]
  readonly containerStatuses?: readonly ContainerStatus[]
}

interface Condition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason?: string
  readonly message?: string
}

export interface ContainerStatus {
  readonly name: string
  readonly image: string
  readonly imageID: string
  readonly ready: boolean
  readonly started: boolean
  readonly restartCount: number
  readonly state: ContainerState
}

interface ContainerState {
  readonly waiting?: { readonly reason: string; readonly message?: string }
  readonly running?: object
  readonly terminated?: Terminated
}

export interface Terminated {
  readonly exitCode: number
  readonly reason: string
  readonly message?: string
}

export const CONTAINER = 'function'
const IMAGE = 'ghcr.io/acme/set-labels:v1'
export const IMAGE_DIGEST: string = `sha256:${'5'.repeat(64)}`

const yes = (type: string): Condition => ({ type, status: 'True' })
const no = (type: string, reason?: string): Condition => ({
  type,
  status: 'False',
  ...(reason && { reason }),
})
const unready = [no('Ready', 'ContainersNotReady'), no('ContainersReady', 'ContainersNotReady')]
const scheduled = yes('PodScheduled')
const sandbox = yes('PodReadyToStartContainers')

export const PENDING: PodStatus = { phase: 'Pending' }

export const GATED: PodStatus = {
  phase: 'Pending',
  conditions: [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    },
  ],
}

export function unschedulable(message: string): PodStatus {
  return {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
  }
}

/** The scheduler's own write: kubelet has not seen the Pod yet. */
export const SCHEDULED: PodStatus = { phase: 'Pending', conditions: [scheduled] }

export const NO_SANDBOX: PodStatus = {
  phase: 'Pending',
  conditions: [no('PodReadyToStartContainers'), yes('Initialized'), ...unready, scheduled],
  containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })],
}

export const SANDBOX_READY: PodStatus = waitingFor('ContainerCreating')

export function waitingFor(reason: string, message?: string): PodStatus {
  return {
    phase: 'Pending',
    conditions: [sandbox, yes('Initialized'), ...unready, scheduled],
    containerStatuses: [container({ waiting: { reason, ...(message !== undefined && { message }) } })],
  }
}

export const RUNNING: PodStatus = {
  phase: 'Running',
  conditions: [sandbox, yes('Initialized'), yes('Ready'), yes('ContainersReady'), scheduled],
  containerStatuses: [container({ running: { startedAt: '2026-01-01T00:00:00Z' } })],
}

/** The same of a Pod with init containers, once kubelet has seen it. */
export function withInits(status: PodStatus, inits: readonly ContainerStatus[]): PodStatus {
  const { conditions = [], containerStatuses } = status
  if (inits.length === 0 || !containerStatuses) return status
  const incomplete = inits.filter(({ ready }) => !ready).map(({ name }) => name)
  const initialized: Condition =
    incomplete.length === 0
      ? yes('Initialized')
      : {
          ...no('Initialized', 'ContainersNotInitialized'),
          message: `containers with incomplete status: [${incomplete.join(' ')}]`,
        }
  return {
    ...status,
    conditions: conditions.map((condition) => (condition.type === 'Initialized' ? initialized : condition)),
    initContainerStatuses: inits,
    containerStatuses: containerStatuses.map((one) =>
      one.state.waiting?.reason === 'ContainerCreating'
        ? { ...one, state: { waiting: { reason: 'PodInitializing' } } }
        : one,
    ),
  }
}

/** An init container has failed, and the sandbox is down: the function is never started. */
export const INIT_FAILED: PodStatus = {
  phase: 'Failed',
  conditions: [no('PodReadyToStartContainers'), no('Initialized'), ...unready, scheduled],
  containerStatuses: [container({ waiting: { reason: 'PodInitializing' } })],
}

/** The container has ended and the sandbox has not: phase stays Running for about a second. */
export function terminated(end: Terminated): PodStatus {
  return afterEnd(end, { phase: 'Running', sandboxIs: sandbox })
}

/** The phase that follows when the sandbox is down. */
export function ended(end: Terminated): PodStatus {
  return afterEnd(end, {
    phase: end.exitCode === 0 ? 'Succeeded' : 'Failed',
    sandboxIs: no('PodReadyToStartContainers'),
  })
}

function afterEnd(
  end: Terminated,
  { phase, sandboxIs }: { phase: PodStatus['phase']; sandboxIs: Condition },
): PodStatus {
  const reason = end.exitCode === 0 ? 'PodCompleted' : 'PodFailed'
  return {
    phase,
    conditions: [
      sandboxIs,
      yes('Initialized'),
      no('Ready', reason),
      no('ContainersReady', reason),
      scheduled,
    ],
    containerStatuses: [container({ terminated: end })],
  }
}

/** `reason`: TerminationByKubelet, EvictionByEvictionAPI, PreemptionByScheduler, DeletionByTaintManager. */
export function disrupted(reason: string, message: string, before = RUNNING): PodStatus {
  const target = { type: 'DisruptionTarget', status: 'True', reason, message } as const
  return { ...before, conditions: [target, ...(before.conditions ?? [])] }
}

/** kubelet ended the whole Pod: eviction, an admission refusal, activeDeadlineSeconds. */
export function failedPod(reason: string, message: string, end?: Terminated): PodStatus {
  return {
    phase: 'Failed',
    reason,
    message,
    conditions: [no('PodReadyToStartContainers'), ...unready, scheduled],
    ...(end && { containerStatuses: [container({ terminated: end })] }),
  }
}

function container(state: ContainerState): ContainerStatus {
  const runs = state.running !== undefined
  // The node knows what it runs once it has run it.
  const imageID = state.waiting ? '' : `ghcr.io/acme/set-labels@${IMAGE_DIGEST}`
  return { name: CONTAINER, image: IMAGE, imageID, ready: runs, started: runs, restartCount: 0, state }
}
