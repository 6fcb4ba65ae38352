import { LABELS, MANAGED_BY } from '../kube/labels.ts'
import type { NetworkPolicy } from '../kube/types.ts'
import type { RunRequest } from '../request/run-request.ts'

const POLICY_NAME = 'krmpod-network-none'

type Isolated = RunRequest & { readonly enforcement: 'require' | 'warn' }

/** Whether a policy has to be there before the function's Pod is. */
export function needsPolicy(request: RunRequest): request is Isolated {
  return request.network === 'none' && request.enforcement !== 'off'
}

/** Selects every Pod that runs under `--network none`. Both types and no rules: nothing in, nothing out. */
export function denyAllPolicy(namespace: string): NetworkPolicy & { metadata: { name: string } } {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: POLICY_NAME, namespace, labels: { [LABELS.managedBy]: MANAGED_BY } },
    spec: { podSelector: { matchLabels: { [LABELS.network]: 'none' } }, policyTypes: ['Ingress', 'Egress'] },
  }
}
