import { setTimeout as sleep } from 'node:timers/promises'
import type { Pod, Status } from '../kube/types.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError, ConnectionError, isHopeless } from './api-error.ts'
import { elapsedMs } from './elapsed.ts'
import { linesOf } from './http/read-body.ts'
import type { Answer } from './http/transport.ts'
import { getPod, podsPath } from './pods.ts'

export type PodChange = { readonly kind: 'seen'; readonly pod: Pod } | { readonly kind: 'gone' }

interface WatchOptions {
  readonly namespace: string
  readonly name: string
  readonly signal: AbortSignal
  /** As it was made: every change since then will be seen. Without it, every change since the watch is open. */
  readonly made?: Pod
  /** Called when a watch is open. */
  readonly onOpen?: () => void
}

type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: Pod }
  | { readonly type: 'ERROR'; readonly object: Status }

const RETRY_MS = [50, 200, 500, 1000]

/**
 * Every change of one Pod until it is gone. A broken watch is opened again from a fresh look at the Pod, so that nothing
 * between two watches is missed. Ends with the signal; throws what can never succeed.
 */
export async function* watchPod(
  api: ApiClient,
  options: WatchOptions,
): AsyncGenerator<PodChange, void, undefined> {
  const { made } = options
  let known = made !== undefined
  let answered = false
  const start = elapsedMs()
  const stopped = (): boolean => options.signal.aborted
  for (let failures = 0, seen = made; !stopped(); seen = undefined) {
    try {
      const pod = seen ?? (known ? await getPod(api, options, options) : undefined)
      if (pod) yield { kind: 'seen', pod }
      const resourceVersion = pod?.metadata?.resourceVersion
      const { body } = await openWatch(api, options, resourceVersion)
      answered = true
      options.onOpen?.()
      for await (const event of events(body)) {
        failures = 0
        if (event.type === 'ERROR') break // usually 410: the version is too old, so look afresh
        if (event.type === 'DELETED') return yield { kind: 'gone' }
        known = true
        if (event.type !== 'BOOKMARK') yield { kind: 'seen', pod: event.object }
      }
    } catch (error) {
      if (stopped()) return
      if (known && error instanceof ApiError && error.status === 404) return yield { kind: 'gone' }
      if (error instanceof ApiError && [401, 403].includes(error.status)) throw error
      if (error instanceof ConnectionError && isHopeless(error, answered ? 0 : elapsedMs() - start))
        throw error
    }
    const pause = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0
    failures += 1
    await sleep(pause * (0.5 + Math.random()), undefined, { signal: options.signal }).catch(() => undefined)
  }
}

function openWatch(api: ApiClient, options: WatchOptions, resourceVersion?: string): Promise<Answer> {
  return api.stream({
    action: { verb: 'watch', resource: 'pods' },
    method: 'GET',
    path: podsPath(options.namespace),
    query: {
      watch: '1',
      fieldSelector: `metadata.name=${options.name}`,
      ...(resourceVersion && { resourceVersion }),
    },
    signal: options.signal,
  })
}

/** One JSON object a line. */
async function* events(body: Answer['body']): AsyncGenerator<WatchEvent, void, undefined> {
  for await (const line of linesOf(body)) if (line) yield JSON.parse(line) as WatchEvent
}
