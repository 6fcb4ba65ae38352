import type { ApiClient, ApiRequest } from './api-client.ts'

interface Wish {
  readonly namespace?: string
  readonly apiGroup: string
  readonly resource: string
  readonly verb: string
}

/** Whether the API server would let the caller do that. Everybody may ask it about themselves. */
export async function isAllowed(api: ApiClient, { apiGroup, resource, ...wish }: Wish): Promise<boolean> {
  const [name = '', subresource] = resource.split('/')
  const resourceAttributes = { ...wish, group: apiGroup, resource: name, ...(subresource && { subresource }) }
  const { status } = await api.json<{ status?: { allowed?: boolean } }>({
    action: { verb: 'create', resource: 'selfsubjectaccessreviews' },
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    },
  })
  return status?.allowed === true
}

/** `path` starts with a slash. */
export async function read<T>(api: ApiClient, resource: string, path: string): Promise<T> {
  const request: ApiRequest = { action: { verb: 'get', resource }, method: 'GET', path }
  return api.json<T>(request)
}
