import type { ApiClient } from '../cluster/api-client.ts'
import { ApiError } from '../cluster/api-error.ts'
import { RunError } from '../errors/run-error.ts'
import { type SweepResult, type Swept, sweep } from './sweep.ts'

interface Garbage {
  readonly api: ApiClient
  readonly namespace: string | undefined
  readonly dryRun: boolean
}

/** The sweep that a person asks for: looks again at what changed, and rejects when it has no right to do its work. */
export async function collectGarbage({ api, namespace, dryRun }: Garbage): Promise<SweepResult> {
  const once = (): Promise<SweepResult> => sweep({ api, namespace, dryRun })
  try {
    const first = await once()
    const refused = first.expired.map(({ fate }) => fate).find(isForbidden)
    if (refused) throw refused.error
    if (!first.expired.some(hasChanged)) return first
    const second = await once()
    return { ...second, expired: [...first.expired.filter((swept) => !hasChanged(swept)), ...second.expired] }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error
    const { action, message } = error
    const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`
    throw new RunError('GC_FORBIDDEN', { verb: action.verb, where, message }, { cause: error })
  }
}

function hasChanged({ fate }: Swept): boolean {
  return fate.kind === 'changed'
}

type Fate = Swept['fate']
type Failed = Extract<Fate, { kind: 'failed' }>

function isForbidden(fate: Fate): fate is Failed & { error: ApiError } {
  return fate.kind === 'failed' && fate.error instanceof ApiError && fate.error.status === 403
}
