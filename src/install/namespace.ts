import { FUNCTIONS_LABEL, LABELS, MANAGED_BY } from '../kube/labels.ts'
import type { LimitRange, Namespace, ResourceQuota, ServiceAccount } from '../kube/types.ts'

const OURS = { [LABELS.managedBy]: MANAGED_BY }

/** A service account for functions, where `serviceAccount` names it: it has no rights, and its token is never mounted. */
export const FUNCTION_ACCOUNT = 'krmpod-function'

/**
 * Whoever may create Pods in a namespace reaches every Secret and ServiceAccount in it: so functions get one of their
 * own, with nothing in it.
 */
export function functionsNamespace(name: string): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        ...OURS,
        [FUNCTIONS_LABEL]: 'true',
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
        'pod-security.kubernetes.io/audit': 'restricted',
      },
    },
  }
}

export function functionAccount(namespace: string): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: FUNCTION_ACCOUNT, namespace, labels: OURS },
    automountServiceAccountToken: false,
  }
}

/** krmpod waits where the quota is used up: it bounds how many functions run at once. */
export function functionsQuota(namespace: string, pods: number): ResourceQuota {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'krmpod', namespace, labels: OURS },
    spec: {
      hard: {
        pods: String(pods),
        // A run has two at most; some are the administrator's, to pull images.
        'count/secrets': String(2 * pods + 10),
        'limits.memory': `${pods}Gi`,
        'limits.ephemeral-storage': `${2 * pods}Gi`,
        services: '0',
      },
    },
  }
}

/** The most that one function may ask for, whatever the settings of its caller say. */
export function functionsLimits(namespace: string): LimitRange {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'krmpod', namespace, labels: OURS },
    spec: {
      limits: [
        {
          type: 'Container',
          max: { memory: '4Gi', 'ephemeral-storage': '8Gi' },
          default: { memory: '1Gi', 'ephemeral-storage': '1Gi' },
          defaultRequest: { memory: '64Mi', 'ephemeral-storage': '64Mi' },
        },
      ],
    },
  }
}
