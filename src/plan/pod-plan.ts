import type { NetworkPolicy, Pod, Secret } from '../kube/types.ts'
import type { FunctionCommand } from './exec-command.ts'
import type { Helper } from './lane.ts'

/** What is needed to make objects of a request: nothing of it is looked up while planning. */
export interface Identity {
  /** Unique per run, lower case letters and digits. */
  readonly runId: string
  readonly now: Date
  readonly namespace: string
  /** The Pod that krmpod itself runs in, when it is in the same namespace: it owns what the run makes. */
  readonly owner?: { readonly name: string; readonly uid: string }
  /** `--keep`: the Pod stays, so that it can be looked at. */
  readonly kept?: boolean
  /** What the bind mounts are made of, when there are any. */
  readonly uploads?: PlannedUploads
}

export interface PlannedUploads {
  /** A bind mount's source, to the number of its tree. */
  readonly treeOf: ReadonlyMap<string, number>
  /** What they take on the node. */
  readonly diskBytes: number
  /** They are sent as gzip packs them. */
  readonly packed: boolean
}

/** Everything one run will do to the cluster, as values. */
export interface PodPlan {
  readonly namespace: string
  readonly pod: Pod & { readonly metadata: { readonly name: string } }
  /** Values of bare `-e NAME`; made as soon as the Pod exists, and owned by it. */
  readonly secret?: Secret
  /** The caller's login for the images; made as the other Secret is. */
  readonly pullSecret?: Secret
  /** What there is to say of that login when an image cannot be pulled. */
  readonly pullNotes?: readonly string[]
  readonly isolation?: PlannedIsolation
  readonly nudge?: Nudge
  /** For the end of the container that receives the mounted files, which comes before. */
  readonly receiverNudge?: Nudge
  /** The trees are sent as gzip packs them. */
  readonly packed: boolean
  /** The trees that come back when the function has ended with 0. */
  readonly writable: readonly number[]
  /** As much of them, packed. */
  readonly maxReturnBytes: number
  /** In the exec lane: what to start in the Pod once it runs, and with whose help. */
  readonly exec?: { readonly command: FunctionCommand; readonly helper: Helper }
  /** What the image's name meant is written on the Pod in the end. */
  readonly recordDigest: boolean
  readonly proof: boolean
  readonly maxOutputBytes: number
  readonly maxStderrBytes: number
}

/** How the function is kept off the network. */
export interface PlannedIsolation {
  /** It, or one that does the same, must exist before the Pod does. */
  readonly policy: NetworkPolicy & { readonly metadata: { readonly name: string } }
  /** Whether it is enough that the policy is there, or has to be shown that it is enforced. */
  readonly enforcement: 'require' | 'warn'
  /** A probe that is older shows nothing any more. */
  readonly proofMaxAgeMs: number
  /** What waits in the Pod where a CNI needs time. */
  readonly gateImage: string
}

export function secretsOf({ secret, pullSecret }: PodPlan): readonly Secret[] {
  return [secret, pullSecret].filter((secret) => secret !== undefined)
}

/** CPU requests that make kubelet relist the Pod at once, in the order to try them. */
export interface Nudge {
  readonly cpuRequests: readonly string[]
}

/** The one container of a run that is the function. */
export const FUNCTION_CONTAINER = 'function'

/** The init container that the files of bind mounts are fed to. */
export const RECEIVER_CONTAINER = 'mounts'

/** The one that outlives the function and gives them back, where it may write to them. */
export const GIVER_CONTAINER = 'changes'
