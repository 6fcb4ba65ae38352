import type { Pod } from '../../src/kube/types.ts'

export const IMAGE = 'registry.example/fns/set-labels:v1'
const STARTED = '2026-01-02T03:04:05Z'
const ENDED = '2026-01-02T03:04:06Z'

interface Condition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason?: string
  readonly message?: string
}

interface Snapshot {
  readonly phase?: string
  readonly reason?: string
  readonly message?: string
  readonly conditions?: readonly Condition[]
  /** The function container's state; none: kubelet has not said anything of it. */
  readonly state?: object
  readonly nodeName?: string | undefined
  readonly deletionTimestamp?: string
}

export const SCHEDULED: Condition = { type: 'PodScheduled', status: 'True' }
export const SANDBOX: Condition = { type: 'PodReadyToStartContainers', status: 'True' }
export const NO_SANDBOX: Condition = { type: 'PodReadyToStartContainers', status: 'False' }

/** What the API server of Kubernetes 1.36 shows of a Pod of ours; on a node, in a ready sandbox, if nothing else is said. */
export function snapshot({
  phase = 'Pending',
  reason,
  message,
  conditions = [SCHEDULED, SANDBOX],
  state,
  deletionTimestamp,
  ...rest
}: Snapshot): Pod {
  const nodeName = 'nodeName' in rest ? rest.nodeName : 'node-1'
  const status = {
    name: 'function',
    image: IMAGE,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    lastState: {},
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'krmpod-set-labels-0123456789',
      namespace: 'functions',
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    },
    spec: {
      activeDeadlineSeconds: 600,
      restartPolicy: 'Never',
      containers: [{ name: 'function', image: IMAGE }],
      ...(nodeName !== undefined && { nodeName }),
    },
    status: {
      phase,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
      conditions: conditions.map((condition) => ({ ...condition, lastTransitionTime: STARTED })),
      ...(state && { containerStatuses: [{ ...status, state }] }),
    },
  }
}

export function waiting(reason: string, message?: string): object {
  return { waiting: { reason, ...(message !== undefined && { message }) } }
}

export function terminated(exitCode: number, reason: string, message?: string): object {
  return {
    terminated: {
      exitCode,
      reason,
      ...(message !== undefined && { message }),
      startedAt: STARTED,
      finishedAt: ENDED,
      containerID: 'containerd://4f1c',
    },
  }
}
