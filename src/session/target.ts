import type { ApiClient } from '../cluster/api-client.ts'
import type { RunError } from '../errors/run-error.ts'
import type { Tree } from '../mounts/tree.ts'
import type { PodPlan } from '../plan/pod-plan.ts'
import type { Trace } from './trace.ts'

/** attach and exec requests bypass API priority and fairness: those of one run, in all its Pods, are counted and bounded. */
interface Dials {
  made: number
}

/** What every part of a session works with. */
export interface Target {
  readonly api: ApiClient
  readonly plan: PodPlan
  /** What the plan's bind mounts are made of. */
  readonly uploads?: readonly Tree[]
  /** How long their upload may stand still before it is given up. */
  readonly stallMs?: number
  readonly trace: Trace
  readonly now: () => Date
  /** Of the run so far. */
  readonly dials: Dials
  /** Ends the run: aborted with a RunError that says why, at the latest at the deadline. */
  readonly signal: AbortSignal
  /** Ends the run from within; the first reason wins. */
  readonly stop: (reason: RunError) => void
  /** Says something to every caller, on stderr; the same words once. */
  readonly warn: (text: string) => void
  /** Says something to a person who tries a function out: to docker's callers nothing. */
  readonly hint: (text: string) => void
  /** Failed requests in the catalogue's words. */
  readonly explain: (error: unknown) => unknown
}

export function podOf({ plan }: Target): { namespace: string; name: string } {
  return { namespace: plan.namespace, name: plan.pod.metadata.name }
}
