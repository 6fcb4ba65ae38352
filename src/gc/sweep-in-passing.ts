import type { ApiClient } from '../cluster/api-client.ts'
import { ApiError } from '../cluster/api-error.ts'
import { rememberRefusal, takeTurn } from './turn.ts'

interface InPassing {
  readonly api: ApiClient
  readonly namespace: string
  /** Where turns are remembered. */
  readonly dir: string | undefined
  readonly now: () => Date
  readonly random: () => number
  /** The run is over: no reason to stay for this. */
  readonly signal: AbortSignal
}

/** A run's sweep of its own namespace, when it is its turn. It is silent and never fails. */
export async function sweepInPassing({ api, namespace, dir, now, random, signal }: InPassing): Promise<void> {
  const place = { server: api.credentials.server.href, namespace }
  try {
    if (!(await takeTurn({ dir, place, now: now(), random }))) return
    const { sweep } = await import('./sweep.ts')
    const { expired } = await sweep({ api, namespace, signal })
    for (const { fate } of expired) if (fate.kind === 'failed') throw fate.error
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) await rememberRefusal({ dir, place, now: now() })
  }
}
