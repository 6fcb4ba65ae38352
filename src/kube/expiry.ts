import { ANNOTATIONS } from './labels.ts'
import type { Pod } from './types.ts'

/**
 * From a run's deadline on. `run`: for its own clean-up, for API servers whose clocks differ, for a machine that was
 * paused. `kept`: of `--keep`, to look at what is left.
 */
export const GRACE_MS = { run: 60_000, kept: 3_600_000 } as const

/**
 * From when on no run can be using this Pod, in milliseconds since 1970; undefined: it is not krmpod's, or says nothing.
 *
 * The rule, which needs no clock but the cluster's own. A run ends at its deadline, counted by its own timer from
 * before it asked for its Pod; `activeDeadlineSeconds` is no less than what was left of it then. The API server wrote
 * `creationTimestamp` later than that. So `creationTimestamp` + `activeDeadlineSeconds` is never before the run's end,
 * whatever the clock of its machine shows. A Pod that was parked for a later run has its deadline counted from its start,
 * as kubelet does: hence `startTime`, where that is later. What a Pod's status says otherwise is of no account: a run may
 * still be reading the log of a Pod that has finished. Compared with the `Date` of the API server's answer.
 */
export function expiryOf({ metadata, spec, status }: Pod): number | undefined {
  const lifetimeSeconds = spec?.activeDeadlineSeconds
  if (lifetimeSeconds === undefined || metadata?.annotations?.[ANNOTATIONS.runId] === undefined)
    return undefined
  const created = Date.parse(metadata.creationTimestamp ?? '')
  const started = status?.startTime === undefined ? created : Date.parse(status.startTime)
  const graceMs = isKept({ metadata }) ? GRACE_MS.kept : GRACE_MS.run
  const expiry = Math.max(created, started) + lifetimeSeconds * 1000 + graceMs
  return Number.isFinite(expiry) ? expiry : undefined
}

export function isKept({ metadata }: Pick<Pod, 'metadata'>): boolean {
  return metadata?.annotations?.[ANNOTATIONS.kept] !== undefined
}
