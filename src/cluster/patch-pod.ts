import type { Pod } from '../kube/types.ts'
import type { ApiClient } from './api-client.ts'
import { podPath } from './pods.ts'

interface Patched {
  readonly namespace: string
  readonly name: string
  /** RFC 6902. A `test` that fails is an ApiError with status 422, and nothing is changed. */
  readonly operations: readonly object[]
}

/** Resolves to the whole Pod as it is then. */
export async function patchPod(
  api: ApiClient,
  { operations, ...pod }: Patched,
  { signal }: { readonly signal?: AbortSignal },
): Promise<Pod> {
  return api.json<Pod>({
    action: { verb: 'patch', resource: 'pods' },
    method: 'PATCH',
    path: podPath(pod),
    contentType: 'application/json-patch+json',
    body: operations,
    ...(signal && { signal }),
  })
}
