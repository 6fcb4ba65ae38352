import type { Verdict } from '../result/verdict.ts'

/** What a run is busy with, in order; each is named for what is being waited for. */
export type Phase =
  | 'looking for a kept result'
  | 'connecting'
  | 'checking the network policy'
  | 'creating the Pod'
  | 'claiming a parked Pod'
  | 'scheduling'
  | 'preparing the Pod'
  | 'starting the container'
  | 'sending the mounted files'
  | 'running'
  | 'reading the exit code'
  | 'proving the output whole'
  | 'bringing the mounted files back'
  | 'cleaning up'

export interface PhaseTiming {
  readonly phase: Phase
  readonly ms: number
}

/** Of the whole time, the part from which on a phase that is over is named in an error. */
const WORTH_TELLING = 20
const LEAST_TOLD_MS = 100

/** Where a run's time went, and what it is waiting for now. `now`: milliseconds from the run's start. */
export class Trace {
  readonly #now: () => number
  readonly #listener: ((phase: Phase, detail?: string) => void) | undefined
  readonly #starts: { phase: Phase; at: number }[]
  #detail: string | undefined

  constructor(now: () => number, listener?: (phase: Phase, detail?: string) => void) {
    this.#now = now
    this.#listener = listener
    this.#starts = [{ phase: 'connecting', at: 0 }]
  }

  enter(phase: Phase): void {
    if (this.#starts.at(-1)?.phase === phase) return
    this.#starts.push({ phase, at: this.#now() })
    this.#detail = undefined
    this.#listener?.(phase)
  }

  /** More about what the current phase waits for: a quota's message, an unschedulable Pod's. */
  waitFor(detail: string | undefined): void {
    if (detail === undefined || detail === this.#detail) return
    this.#detail = detail
    const phase = this.#starts.at(-1)?.phase
    if (phase) this.#listener?.(phase, detail)
  }

  /** Where the time went: `2 s scheduling, 57.9 s starting the container (ImagePullBackOff: …)`. */
  describe(): string {
    const spent = new Map<Phase, number>()
    for (const { phase, ms } of this.timings()) spent.set(phase, (spent.get(phase) ?? 0) + ms)
    const now = this.#starts.at(-1)?.phase
    const detail = this.#detail === undefined ? '' : ` (${this.#detail})`
    const worthTelling = Math.max(LEAST_TOLD_MS, this.elapsedMs() / WORTH_TELLING)
    return [...spent]
      .filter(([phase, ms]) => phase === now || ms >= worthTelling)
      .map(([phase, ms]) => `${Math.round(ms / 100) / 10} s ${phase}${phase === now ? detail : ''}`)
      .join(', ')
  }

  elapsedMs(): number {
    return this.#now()
  }

  /** `phase` has not begun yet. */
  isBefore(phase: Phase): boolean {
    return !this.#starts.some((start) => start.phase === phase)
  }

  timings(): readonly PhaseTiming[] {
    const end = this.#now()
    return this.#starts.map(({ phase, at }, index) => ({
      phase,
      ms: (this.#starts[index + 1]?.at ?? end) - at,
    }))
  }
}

const WAITING_FOR = {
  scheduling: 'scheduling',
  preparing: 'preparing the Pod',
  starting: 'starting the container',
} as const

/** The Pod's status, as phases: only while the function has not been attached to. */
export function followPhase(trace: Trace, verdict: Verdict): void {
  const isWaiting = trace.isBefore('running') && trace.isBefore('sending the mounted files')
  if (verdict.kind !== 'waiting' || !isWaiting) return
  trace.enter(WAITING_FOR[verdict.phase])
  trace.waitFor(verdict.detail)
}
