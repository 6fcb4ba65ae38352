import type { NetworkPolicy } from '../kube/types.ts'
import type { ApiClient } from './api-client.ts'
import { elapsedMs } from './elapsed.ts'
import { listPolicies } from './network-policies.ts'

/** The policies of a namespace, asked for before they are needed. */
export interface AskedPolicies {
  readonly answer: Promise<readonly NetworkPolicy[]>
  /** When they were asked for, as elapsedMs() has it. */
  readonly at: number
}

/** So long they stand for what there is. */
const FRESH_MS = 1_000

export function askPolicies(api: ApiClient, namespace: string, signal?: AbortSignal): AskedPolicies {
  const answer = listPolicies(api, namespace, { ...(signal && { signal }) })
  answer.catch(() => undefined) // whoever needs it is told, or asks again
  return { answer, at: elapsedMs() }
}

/** Undefined: they have to be asked for again. */
export function whileFresh(asked: AskedPolicies | undefined): AskedPolicies | undefined {
  return asked && elapsedMs() - asked.at <= FRESH_MS ? asked : undefined
}

/** Runs that start together ask once. */
export function sharedPolicies(ask: () => AskedPolicies): () => AskedPolicies {
  let last: AskedPolicies | undefined
  return () => {
    last = whileFresh(last) ?? ask()
    return last
  }
}
