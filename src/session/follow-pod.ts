import type { ApiClient } from '../cluster/api-client.ts'
import { watchPod } from '../cluster/watch-pod.ts'
import { asRunError, RunError } from '../errors/run-error.ts'
import type { Pod } from '../kube/types.ts'
import type { PodObserver } from './pod-observer.ts'

interface Followed {
  readonly namespace: string
  readonly name: string
  readonly signal: AbortSignal
  /** Failed requests in the catalogue's words. */
  readonly explain: (error: unknown) => unknown
  readonly observers: readonly PodObserver[]
  /** As it was made; undefined: it may be there already, or not yet. */
  readonly made?: Pod
}

/**
 * Watches one Pod for all who want to know of it: they are told of every change since it was made, else of those since
 * the promise resolves; and of a failure.
 */
export function followPod(api: ApiClient, followed: Followed): Promise<void> {
  const { signal, explain, observers } = followed
  const opened = new Promise<void>((resolve, reject) => {
    const following = follow(api, { ...followed, onOpen: resolve })
    // Without an error it ends with the signal, or with the Pod: by then it has been opened, or never will be.
    following.then(
      () => reject(signal.reason as Error),
      (error: unknown) => {
        const reason = asRunError(explain(error))
        reject(reason)
        for (const observer of observers) observer.fail(reason)
      },
    )
  })
  opened.catch(() => undefined)
  return opened
}

async function follow(api: ApiClient, options: Followed & { onOpen: () => void }): Promise<void> {
  const { name, observers } = options
  for await (const change of watchPod(api, options)) {
    if (change.kind === 'gone') {
      const why = 'it was deleted by someone else'
      for (const observer of observers) observer.fail(new RunError('POD_LOST', { pod: name, why }))
      return
    }
    for (const observer of observers) observer.see(change.pod)
  }
}
