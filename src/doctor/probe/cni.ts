/** API groups that CNIs bring along. Everybody may ask for them; no two are there at once, as a rule. */
const CNI_BY_GROUP: readonly (readonly [group: RegExp, name: string])[] = [
  [/^cilium\.io$/, 'Cilium'],
  [/^crd\.antrea\.io$/, 'Antrea'],
  [/projectcalico\.org$/, 'Calico'],
  [/^kubeovn\.io$/, 'Kube-OVN'],
  [/^k8s\.ovn\.org$/, 'OVN-Kubernetes'],
  [/^networking\.k8s\.aws$/, 'Amazon VPC CNI'],
  [/^multicluster\.crd\.azure|^acn\.azure\.com$/, 'Azure CNI'],
]

/** Its name, as far as the API tells. */
export function cniOf(groups: readonly string[]): string | undefined {
  return CNI_BY_GROUP.find(([pattern]) => groups.some((group) => pattern.test(group)))?.[1]
}
