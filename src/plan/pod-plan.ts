import type { NetworkPolicy, Pod, Secret } from '../kube/types.ts'
import type { StreamWishes } from '../request/run-request.ts'

/** What is needed to make objects of a request: nothing of it is looked up while planning. */
export interface Identity {
  /** Unique per run, lower case letters and digits. */
  readonly runId: string
  readonly now: Date
  readonly namespace: string
  /** The Pod that krmpod itself runs in, when it is in the same namespace: it owns what the run makes. */
  readonly owner?: { readonly name: string; readonly uid: string }
}

/** Everything one run will do to the cluster, as values. */
export interface PodPlan {
  readonly namespace: string
  readonly pod: Pod & { readonly metadata: { readonly name: string } }
  /** Values of bare `-e NAME`; made as soon as the Pod exists, and owned by it. */
  readonly secret?: Secret
  /** Must exist before the Pod does. */
  readonly policy?: NetworkPolicy & { readonly metadata: { readonly name: string } }
  readonly streams: StreamWishes
  readonly nudge?: Nudge
  readonly proof: boolean
  readonly maxOutputBytes: number
  readonly deadlineMs: number
  readonly stopTimeoutSeconds: number
}

/** CPU requests that make kubelet relist the Pod at once, in the order to try them. */
export interface Nudge {
  readonly cpuRequests: readonly string[]
}

/** The one container of a run that is the function. */
export const FUNCTION_CONTAINER = 'function'
