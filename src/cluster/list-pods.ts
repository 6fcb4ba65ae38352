import type { Pod } from '../kube/types.ts'
import type { ApiClient } from './api-client.ts'
import { ConnectionError } from './api-error.ts'
import { bytesOf } from './http/read-body.ts'
import { podsPath } from './pods.ts'

interface PodQuery {
  /** Undefined: all of them. */
  readonly namespace: string | undefined
  readonly labelSelector: string
  readonly signal?: AbortSignal | undefined
}

export interface PodPage {
  readonly pods: readonly Pod[]
  /** The API server's clock when it answered, in milliseconds since 1970: never later than now, and not by a second. */
  readonly serverNow: number
}

interface PodList {
  readonly items: readonly Pod[]
  readonly metadata?: { readonly continue?: string }
}

const ACTION = { verb: 'list', resource: 'pods' } as const
const PAGE = '250'

/** All Pods with these labels, page by page. */
export async function* listPods(api: ApiClient, query: PodQuery): AsyncGenerator<PodPage> {
  const { namespace, labelSelector, signal } = query
  for (let next: string | undefined = ''; next !== undefined; ) {
    const { headers, body } = await api.stream({
      action: ACTION,
      method: 'GET',
      path: namespace === undefined ? '/api/v1/pods' : podsPath(namespace),
      query: { labelSelector, limit: PAGE, ...(next && { continue: next }) },
      ...(signal && { signal }),
    })
    const { items, metadata } = JSON.parse((await bytesOf(body)).toString('utf8')) as PodList
    const serverNow = Date.parse(String(headers['date']))
    if (Number.isNaN(serverNow)) {
      throw new ConnectionError(
        ACTION,
        new Error('its answer has no Date, so that nothing can be told to be old'),
      )
    }
    yield { pods: items, serverNow }
    next = metadata?.continue === '' ? undefined : metadata?.continue
  }
}
