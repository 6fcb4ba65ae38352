import { MOMENTS_MS } from './script.ts'

/** How one dial went. */
export interface Dial {
  readonly destination: string
  /** One of MOMENTS_MS. */
  readonly momentMs: number
  readonly open: boolean
}

/** Two Pods on one node that tried the same: one under `--network none`, and one that may reach everything. */
export interface Trial {
  readonly node: string
  /** Names, in the order in which they are to be told of. */
  readonly destinations: readonly string[]
  readonly without: readonly Dial[]
  readonly control: readonly Dial[]
}

/** What was reached of one destination on one node. */
export interface Reached {
  readonly node: string
  readonly destination: string
  readonly decides: boolean
  /** By the control, at least once. Otherwise nothing can be said. */
  readonly byControl: boolean
  /** In the order of MOMENTS_MS. */
  readonly without: readonly boolean[]
}

export interface Outcome {
  readonly result: 'enforced' | 'not enforced' | 'unknown'
  readonly gapMs: number
  readonly reached: readonly Reached[]
}

/** A line of the script: moment, actual time, `open` or `closed`, name. */
export function parseDials(text: string): readonly Dial[] {
  return text.split('\n').flatMap((line) => {
    const [, moment, how, destination] = /^(\d+) \d+ (open|closed) (.+)$/.exec(line) ?? []
    if (moment === undefined || destination === undefined) return []
    return [{ destination, momentMs: Number(moment), open: how === 'open' }]
  })
}

/**
 * `deciding`: those that a policy has to keep a Pod from on every CNI. A node's own addresses are not among them: most
 * CNIs let a Pod reach its node whatever the policies say.
 */
export function conclude(trials: readonly Trial[], deciding: readonly string[]): Outcome {
  const reached = trials.flatMap((trial) => reachedOn(trial, deciding))
  const decisive = reached.filter(
    ({ decides, byControl, without }) => decides && (byControl || without.includes(true)),
  )
  const gaps = decisive.map(({ without }) => gapOf(without))
  if (gaps.includes(undefined)) return { result: 'not enforced', gapMs: 0, reached }
  // Where the control got nowhere, a closed door may be a wall; and who has not knocked has not been turned away.
  const isShown = trials.every(
    (trial) => deciding.every((name) => hasTried(trial, name)) && trial.control.length > 0,
  )
  const isSeen = reached.every(({ decides, byControl }) => !decides || byControl)
  if (trials.length === 0 || !isShown || !isSeen) return { result: 'unknown', gapMs: 0, reached }
  return { result: 'enforced', gapMs: Math.max(0, ...gaps.map((gap) => gap ?? 0)), reached }
}

function reachedOn(
  { node, destinations, without, control }: Trial,
  deciding: readonly string[],
): readonly Reached[] {
  const found = [...control, ...without].map(({ destination }) => destination)
  return [...new Set([...destinations, ...found])].map((destination) => ({
    node,
    destination,
    decides: deciding.includes(destination),
    byControl: control.some((dial) => dial.destination === destination && dial.open),
    without: MOMENTS_MS.map((momentMs) =>
      without.some((dial) => dial.destination === destination && dial.momentMs === momentMs && dial.open),
    ),
  }))
}

function hasTried({ without }: Trial, name: string): boolean {
  const those = without.filter(({ destination }) => destination === name)
  return MOMENTS_MS.every((moment) => those.some(({ momentMs }) => momentMs === moment))
}

/** From when on nothing got through any more; undefined: it still did in the end. */
function gapOf(without: readonly boolean[]): number | undefined {
  return MOMENTS_MS[without.lastIndexOf(true) + 1]
}
