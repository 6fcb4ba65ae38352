import type { Resource } from './store.ts'

/** One request, understood. */
export interface Call {
  /** In the words of RBAC. */
  readonly action: string
  readonly resource: Resource
  readonly namespace: string
  readonly name: string
  readonly query: URLSearchParams
}

const PATH =
  /^\/(?:api\/v1|apis\/networking\.k8s\.io\/v1)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<resource>pods|secrets|networkpolicies|events)(?:\/(?<name>[^/]+)(?:\/(?<sub>attach|exec|log|resize))?)?$/
const VERBS = { GET: 'get', POST: 'create', PATCH: 'patch', DELETE: 'delete' } as const

/** Undefined: no such path. */
export function route(method: string, url: string): Call | undefined {
  const { pathname, searchParams } = new URL(url, 'http://fake')
  const { namespace = '', resource = '', name = '', sub } = PATH.exec(pathname)?.groups ?? {}
  if (!resource || !(method in VERBS)) return undefined
  const verb =
    name === '' && method === 'GET' ? listOrWatch(searchParams) : VERBS[method as keyof typeof VERBS]
  return {
    action: `${verb} ${sub === undefined ? resource : `${resource}/${sub}`}`,
    resource: resource as Resource,
    namespace: decodeURIComponent(namespace),
    name: decodeURIComponent(name),
    query: searchParams,
  }
}

function listOrWatch(query: URLSearchParams): 'list' | 'watch' {
  return query.get('watch') === '1' || query.get('watch') === 'true' ? 'watch' : 'list'
}
