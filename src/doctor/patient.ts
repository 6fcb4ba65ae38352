import type { ApiClient } from '../cluster/api-client.ts'
import type { PodPlan } from '../plan/pod-plan.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { RunHost } from '../run/host.ts'
import type { Settings } from '../settings/settings.ts'

/** What is examined: a cluster and a namespace, as a run by this caller with these settings would find them. */
export interface Patient {
  readonly api: ApiClient
  readonly namespace: string
  readonly settings: Settings
  readonly now: () => Date
  /** A function of the helper image: as a run would ask for it, but that no rule on images concerns it. */
  readonly request: (wish: Wish) => RunRequest
  /** What would be created for it. */
  readonly plan: (request: RunRequest) => Promise<PodPlan>
  /** Aborted when nobody waits for the answer any more. */
  readonly interrupted: AbortSignal
  readonly host: Omit<RunHost, 'trace' | 'interrupted' | 'stdin' | 'stdout'>
}

export interface Wish {
  readonly network: 'none' | 'bridge'
  /** Words for busybox. */
  readonly command: readonly string[]
}

/** A function that does nothing. */
export const ANY_FUNCTION: Wish = { network: 'none', command: ['true'] }
