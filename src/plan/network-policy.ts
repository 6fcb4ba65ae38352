import { LABELS, MANAGED_BY } from '../kube/labels.ts'
import type { NetworkPolicy } from '../kube/types.ts'

const POLICY_NAME = 'krmpod-network-none'

/** Selects every Pod that runs under `--network none`. Both types and no rules: nothing in, nothing out. */
export function denyAllPolicy(namespace: string): NetworkPolicy & { metadata: { name: string } } {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: POLICY_NAME, namespace, labels: { [LABELS.managedBy]: MANAGED_BY } },
    spec: { podSelector: { matchLabels: { [LABELS.network]: 'none' } }, policyTypes: ['Ingress', 'Egress'] },
  }
}
