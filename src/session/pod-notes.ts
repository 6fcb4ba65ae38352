import { podEvents } from '../cluster/pods.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { RunError } from '../errors/run-error.ts'
import { podOf, type Target } from './target.ts'

const ABOUT_THE_POD: ReadonlySet<ErrorCode> = new Set([
  'IMAGE_PULL',
  'CONTAINER_CONFIG',
  'USER_NAMESPACE',
  'CANNOT_START',
  'NOT_EXECUTABLE',
  'ENTRYPOINT_NOT_FOUND',
  'DEADLINE',
  'POD_LOST',
] satisfies ErrorCode[])

const EVENTS_MS = 2_000

/** The Pod's events, for an error about a Pod that did not start: without the right to list them, none. */
export async function podNotes(error: RunError, target: Target): Promise<readonly string[]> {
  if (!ABOUT_THE_POD.has(error.code)) return []
  const ours = error.code === 'IMAGE_PULL' ? (target.plan.pullNotes ?? []) : []
  try {
    const events = await podEvents(target.api, podOf(target), { signal: AbortSignal.timeout(EVENTS_MS) })
    return [
      ...ours,
      ...events.map(({ type = '', reason = '', message = '' }) => `${type} ${reason}: ${message}`),
    ]
  } catch {
    return ours
  }
}
