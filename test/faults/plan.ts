import fc from 'fast-check'
import { type Fault, KINDS, type Kind } from './kinds.ts'
import { SHAPES, type Shape } from './shapes.ts'

export type Against = 'fake' | 'cluster'

/** How a function is run. */
const LANES = ['auto', 'attach', 'exec'] as const

/** All that is decided about a run before it begins: the same for the same seed and index. */
export interface RunPlan {
  readonly index: number
  readonly lane: (typeof LANES)[number]
  readonly shape: Shape
  readonly faults: readonly PlannedFault[]
  readonly rerun: boolean
  /** A value of the caller's environment goes with it, and so a Secret. */
  readonly secret: boolean
  /** Once somebody is attached, the caller makes so long a pause in the middle of stdin. */
  readonly pauseMs: number
  /** The fake's container starts once somebody has tried to attach to it, and not before. */
  readonly startsLate: boolean
  readonly deadlineMs: number
  /** What is mounted goes over SPDY. */
  readonly bySpdy: boolean
  /** What is mounted is packed, as small trees are; else it is sent as large ones are. */
  readonly packed: boolean
}

interface PlannedFault {
  readonly kind: string
  readonly fault: Fault
}

interface Laboratory {
  readonly against: Against
  readonly seed: number
  /** Names of faults; by default all that can be had. */
  readonly only?: readonly string[]
}

/** A real cluster's runs take longer, so there are fewer of them. */
const FAULTS_PER_RUN = { fake: 2, cluster: 4 } as const
/** One run in so many has no fault, to show that the laboratory itself does no harm. */
const CONTROL = 12
const DEADLINES_MS = { fake: [8_000, 8_000, 14_000], cluster: [20_000, 20_000, 30_000] } as const

export function kindsAgainst({ against, only }: Omit<Laboratory, 'seed'>): readonly Kind[] {
  const all = KINDS.filter((kind) => against === 'fake' || kind.against === 'both')
  return only ? all.filter(({ name }) => only.includes(name)) : all
}

export function planRun(index: number, laboratory: Laboratory): RunPlan {
  const seed = laboratory.seed * 1_000_003 + index
  const kinds = index % CONTROL === CONTROL - 1 ? [] : kindsOf(index, laboratory)
  const [plan] = fc.sample(
    fc
      .record({
        lane: fc.constantFrom(...LANES),
        shape: fc.constantFrom(...shapesFor(kinds)),
        rerun: fc.boolean(),
        wantsSecret: fc.constantFrom(true, false, false, false),
        pauseMs: fc.constantFrom(0, 0, 1_200),
        startsLate: fc.constantFrom(true, true, false),
        deadlineMs: fc.constantFrom(...DEADLINES_MS[laboratory.against]),
        bySpdy: fc.boolean(),
      })
      .chain(({ wantsSecret, ...rest }) =>
        fc.tuple(...kinds.map((kind) => kind.plan(rest.shape))).map((faults) => ({
          ...rest,
          index,
          packed: index % 2 === 0,
          faults: faults.map((fault, at) => ({
            kind: kinds[at]?.name ?? '',
            fault: inLane(fault, rest.lane),
          })),
          secret:
            wantsSecret ||
            faults.some((fault) => fault.by === 'proxy' && fault.strike.on === 'create secrets'),
        })),
      ),
    { seed, numRuns: 1 },
  )
  if (!plan) throw new Error('fast-check gave no sample')
  return plan
}

/** The functions in which all of these can happen. */
function shapesFor(kinds: readonly Kind[]): readonly Shape[] {
  const needsTree = kinds.some(({ needs }) => needs === 'tree')
  return SHAPES.filter(({ tree }) => tree || !needsTree)
}

/** What would strike the attach of a run that has none strikes its exec. */
function inLane(fault: Fault, lane: RunPlan['lane']): Fault {
  if (lane !== 'exec' || fault.by !== 'proxy' || fault.strike.on !== 'get pods/attach') return fault
  return { ...fault, strike: { ...fault.strike, on: 'get pods/exec' } }
}

/** The kinds of one run, in an order of the seed's; over many runs those of one sort come equally often. */
function kindsOf(index: number, laboratory: Laboratory): readonly Kind[] {
  const length = FAULTS_PER_RUN[laboratory.against]
  const first = index * length
  const drawn = Array.from({ length }, (_, more) => kindAt(first + more, laboratory))
  const chosen: Kind[] = []
  for (const kind of drawn) {
    const fits = chosen.every(
      (other) =>
        other !== kind && !other.excludes?.includes(kind.name) && !kind.excludes?.includes(other.name),
    )
    if (fits) chosen.push(kind)
  }
  return chosen
}

/**
 * The kinds, all of them in some order, then all of them in another order, and so on. Against a cluster, where a run has
 * more faults, those that need the end of a stream come twice.
 */
function kindAt(place: number, { seed, ...laboratory }: Laboratory): Kind {
  const each = kindsAgainst(laboratory)
  const kinds =
    laboratory.against === 'cluster' ? [...each, ...each.filter(({ needsEnd }) => needsEnd)] : each
  const round = Math.floor(place / kinds.length)
  const all = { minLength: kinds.length, maxLength: kinds.length }
  const [order = []] = fc.sample(fc.shuffledSubarray([...kinds], all), {
    seed: seed * 7919 + round,
    numRuns: 1,
  })
  const kind = order[place % kinds.length]
  if (!kind) throw new Error('no fault has one of these names')
  return kind
}
