import type { ApiClient } from '../cluster/api-client.ts'
import type { AskedPolicies } from '../cluster/asked-policies.ts'
import type { RunError } from '../errors/run-error.ts'
import type { Pod } from '../kube/types.ts'
import type { Tree } from '../mounts/tree.ts'
import type { PodPlan } from '../plan/pod-plan.ts'
import type { Trace } from './trace.ts'

/** attach and exec requests bypass API priority and fairness: those of one run, in all its Pods, are counted and bounded. */
interface Dials {
  made: number
  /** SPDY was given its chance (upload-connect.ts). */
  hadSpdy?: true
}

/** A Pod that an earlier run has started, and what is to be claimed and checked of it. */
export interface ParkedPod {
  readonly uid: string
  /** Of plan/standby.ts; whoever takes it away from the Pod has the Pod. */
  readonly key: string
  /** Of what the Pod is allowed, as kubelet counts: from its start. */
  readonly activeDeadlineSeconds: number
  /** What would have been made instead. */
  readonly planned: Pod
  /** Of the image that nodes ran for this name before. */
  readonly digest: string
}

/** What every part of a session works with. */
export interface Target {
  readonly api: ApiClient
  readonly plan: PodPlan
  /** The Pod that waits for this run, by whose name the plan goes; undefined: a new one is made. */
  readonly parked?: ParkedPod
  /** What the plan's bind mounts are made of. */
  readonly uploads?: readonly Tree[]
  /** How long their upload may stand still before it is given up. */
  readonly stallMs?: number
  /** From how many bytes on they go over SPDY. */
  readonly spdyFromBytes?: number
  /** Of the namespace, where they were asked for already. */
  readonly policies?: AskedPolicies
  readonly trace: Trace
  readonly now: () => Date
  /** Of the run so far. */
  readonly dials: Dials
  /** Where quota is short, gives up what only might be needed. Never rejects. */
  readonly makeRoom?: () => Promise<void>
  /** A new Pod has a network for a moment here. */
  readonly onGap?: () => void
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
