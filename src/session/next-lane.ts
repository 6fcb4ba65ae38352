import type { ErrorCode } from '../errors/catalogue.ts'
import { isCode, type RunError } from '../errors/run-error.ts'
import type { Lane } from '../plan/lane.ts'

export type LaneKind = Lane['kind']

/** One attempt that failed. */
export interface Tried {
  readonly lane: LaneKind
  readonly error: RunError
}

export interface LaneRules {
  readonly wish: 'auto' | LaneKind
  /** The image is known to speak before anybody can attach. */
  readonly speaksEarly: boolean
  /** What ran may be run again: nothing but its output comes of it. */
  readonly isPure: boolean
}

/** An attempt whose output is lost or in doubt: the function itself is not to blame. */
const LOST: ReadonlySet<ErrorCode> = new Set(['STREAM_CUT', 'UNPROVEN'] satisfies ErrorCode[])

/** How the next attempt speaks to the function; undefined: there is none, and the last reason counts. */
export function nextLane(rules: LaneRules, tried: readonly Tried[]): LaneKind | undefined {
  const { wish, speaksEarly, isPure } = rules
  const last = tried.at(-1)
  if (!last) return wish === 'auto' ? (speaksEarly ? 'exec' : 'attach') : wish
  if (isUnavailable(last)) return insteadOfExec(rules, tried)
  // Nothing was fed to it: a fresh Pod is the first that is.
  if (isParkedLost(last)) return last.lane
  if (!isPure || !isLost(last.error)) return undefined
  // Attach has shown that it cannot tell; the same again would be lost again.
  if (wish === 'auto' && last.error.code === 'UNPROVEN' && last.lane === 'attach')
    return tried.some(({ lane }) => lane === 'exec') ? undefined : 'exec'
  return isRepeated(tried) ? undefined : last.lane
}

/** Of several reasons the one that says most: that the exec lane is not there is none while another lane was tried. */
export function reasonOf(tried: readonly Tried[]): RunError | undefined {
  const [unavailable] = tried.filter(isUnavailable)
  const own = ownRuns(tried).at(-1)
  if (!own || !unavailable) return (own ?? unavailable)?.error
  return own.error.withNotes([unavailable.error.message])
}

/** The function was not run this time: with the other helper, else by attach. */
function insteadOfExec({ wish }: LaneRules, tried: readonly Tried[]): LaneKind | undefined {
  const { error } = tried.at(-1) as Tried
  if (isOtherHelper(error) && tried.filter(({ error }) => isOtherHelper(error)).length === 1) return 'exec'
  return wish === 'auto' && ownRuns(tried).length <= 1 ? 'attach' : undefined
}

/** A lane had its second chance: another one is no help against a connection that breaks. */
function isRepeated(tried: readonly Tried[]): boolean {
  const lanes = ownRuns(tried).map(({ lane }) => lane)
  return new Set(lanes).size < lanes.length
}

/** The attempts in which the function may have run. */
function ownRuns(tried: readonly Tried[]): readonly Tried[] {
  return tried.filter((attempt) => !isUnavailable(attempt) && !isParkedLost(attempt))
}

function isParkedLost({ error }: Tried): boolean {
  return error.code === 'PARKED_POD_LOST'
}

function isUnavailable({ error }: Tried): boolean {
  return error.code === 'EXEC_UNAVAILABLE'
}

function isOtherHelper(error: RunError): boolean {
  return isCode(error, 'EXEC_UNAVAILABLE') && error.details.otherHelper === true
}

function isLost(error: RunError): boolean {
  // All the dials of the run were made.
  if (isCode(error, 'STREAM_CUT') && error.details.neverAttached) return false
  if (isCode(error, 'MOUNT_FAILED') || isCode(error, 'MOUNT_RETURN')) return error.details.cut === true
  return LOST.has(error.code) || (isCode(error, 'POD_LOST') && error.details.disrupted === true)
}
