import { FUNCTION_CONTAINER, GIVER_CONTAINER, RECEIVER_CONTAINER } from './pod-plan.ts'

/**
 * For log agents: what a function prints is the caller's, not the log store's. Each is what the agent's own documentation
 * names for Pods that are not to be collected; Promtail and Alloy have no such annotation of their own.
 */
const NO_LOGS = {
  'fluentbit.io/exclude': 'true',
  'co.elastic.logs/enabled': 'false',
  'ad.datadoghq.com/logs_exclude': 'true',
  'splunk.com/exclude': 'true',
  'sumologic.com/exclude': 'true',
  'vector.dev/exclude-containers': [FUNCTION_CONTAINER, RECEIVER_CONTAINER, GIVER_CONTAINER].join(','),
}

/** Of the autoscaler. */
export const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict'

/** For meshes, whose sidecar would outlive the function, and for the autoscaler: a run cannot move. */
const NO_COMPANY = {
  'sidecar.istio.io/inject': 'false',
  'linkerd.io/inject': 'disabled',
  [SAFE_TO_EVICT]: 'false',
}

/** Annotations of every Pod that nobody can replace. */
export const LEAVE_US_ALONE: Readonly<Record<string, string>> = { ...NO_LOGS, ...NO_COMPANY }
