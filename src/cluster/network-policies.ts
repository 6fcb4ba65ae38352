import type { NetworkPolicy } from '../kube/types.ts'
import type { ApiClient } from './api-client.ts'

interface NamedPolicy {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

interface Call {
  readonly signal?: AbortSignal
}

export async function listPolicies(
  api: ApiClient,
  namespace: string,
  { signal }: Call,
): Promise<readonly NetworkPolicy[]> {
  const { items } = await api.json<{ items: readonly NetworkPolicy[] }>({
    action: { verb: 'list', resource: 'networkpolicies' },
    method: 'GET',
    path: policiesPath(namespace),
    ...(signal && { signal }),
  })
  return items
}

export async function createPolicy(
  api: ApiClient,
  policy: NetworkPolicy,
  { signal }: Call,
): Promise<NetworkPolicy> {
  return api.json<NetworkPolicy>({
    action: { verb: 'create', resource: 'networkpolicies' },
    method: 'POST',
    path: policiesPath(policy.metadata?.namespace ?? ''),
    body: policy,
    ...(signal && { signal }),
  })
}

/** Annotations of this very policy are added or replaced; the policy itself stays. */
export async function annotatePolicy(
  api: ApiClient,
  { namespace, name, uid }: NamedPolicy,
  annotations: Readonly<Record<string, string>>,
): Promise<void> {
  await api.bytes({
    action: { verb: 'patch', resource: 'networkpolicies' },
    method: 'PATCH',
    path: `${policiesPath(namespace)}/${encodeURIComponent(name)}`,
    contentType: 'application/merge-patch+json',
    body: { metadata: { uid, annotations } },
  })
}

function policiesPath(namespace: string): string {
  return `/apis/networking.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/networkpolicies`
}
