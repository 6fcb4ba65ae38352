import type { RunError } from '../errors/run-error.ts'
import { notNeeded, type Start, StartedRun } from './started-run.ts'

/** One `docker run` of a kustomize. */
export interface Call {
  /** All words after `docker`. */
  readonly words: readonly string[]
  readonly cwd?: string
}

/** A run that nothing keeps from starting. */
export interface Prepared {
  readonly start: Start
  readonly deadlineMs: number
  /** Nobody can tell whether it ran. */
  readonly isPure: boolean
}

interface PoolOptions {
  /** Undefined: it cannot be run here, for a reason that its `docker` will find, too. */
  readonly prepare: (call: Call) => Prepared | undefined
  /** How many runs may wait here for their `docker`. */
  readonly ahead: number
  /** Between the starts of two of them. With 0 all start at once. */
  readonly pauseMs: number
  readonly now: () => number
  /** What a run says after its result. */
  readonly onLateWords: (words: Uint8Array) => void
}

interface Waiting {
  readonly key: string
  readonly run: StartedRun
  /** When its time is up. */
  readonly until: number
}

/** The part of its time that a run may lose by having waited. */
const LOST_BY_WAITING = 0.1

/** The runs of one build: those that were started because a `docker` will ask for them, and those that were asked for. */
export class Pool {
  readonly #options: PoolOptions
  /** Predicted, and not started. */
  #expected: (readonly string[])[] = []
  #waiting: Waiting[] = []
  /** Asked for before anything was predicted. */
  readonly #early: string[] = []
  readonly #going = new Set<StartedRun>()
  /** The next one starts then. */
  #pause: NodeJS.Timeout | undefined
  #hasRoom = true
  #closed: RunError | undefined

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Predicted calls, in the order in which they will come. */
  expect(calls: readonly (readonly string[])[]): void {
    if (this.#closed) return
    const early = [...this.#early]
    this.#expected.push(...calls.filter((words) => !takeFrom(early, (key) => key === keyOf(words))))
    this.#fill()
  }

  /** The run of this call: it may have begun long ago. Undefined: its `docker` has to run it. */
  take(call: Call): StartedRun | undefined {
    const closed = this.#closed
    if (closed) return this.#begin(() => Promise.reject(closed))
    const prepared = this.#options.prepare(call)
    if (!prepared) return undefined
    const key = keyOf(call.words)
    const run = this.#claim(key, prepared) ?? this.#begin(prepared.start)
    run.onHeldUp = () => this.#makeRoom()
    if (run.isHeldUp) this.#makeRoom()
    this.#fill()
    return run
  }

  /** Ends what still goes on, claimed or not. Resolves when nothing of it is left in the cluster. */
  async close(reason: RunError): Promise<void> {
    this.#closed = reason
    this.#expected = []
    clearTimeout(this.#pause)
    for (const run of this.#going) run.abort(reason)
    while (this.#going.size > 0) await Promise.all([...this.#going].map(async (run) => run.over))
  }

  #claim(key: string, { deadlineMs }: Prepared): StartedRun | undefined {
    const waiting = takeFrom(this.#waiting, (candidate) => candidate.key === key)
    if (!waiting) {
      if (!takeFrom(this.#expected, (words) => keyOf(words) === key)) this.#early.push(key)
      return undefined
    }
    const leftMs = waiting.until - this.#options.now()
    if (!waiting.run.hasFailed && leftMs >= deadlineMs * (1 - LOST_BY_WAITING)) return waiting.run
    waiting.run.abort(notNeeded())
    return undefined
  }

  #fill(): void {
    const { ahead, pauseMs } = this.#options
    while (this.#hasRoom && !this.#pause && this.#waiting.length < ahead) {
      const words = this.#expected.shift()
      if (!words) return
      if (!this.#startAhead(words) || pauseMs === 0) continue
      this.#pause = setTimeout(() => {
        this.#pause = undefined
        this.#fill()
      }, pauseMs)
    }
  }

  /** False: it may not start before it is asked for. */
  #startAhead(words: readonly string[]): boolean {
    const { prepare, now } = this.#options
    const prepared = prepare({ words })
    if (!prepared?.isPure) return false
    const run = this.#begin(prepared.start)
    this.#waiting.push({ key: keyOf(words), run, until: now() + prepared.deadlineMs })
    return true
  }

  #begin(start: Start): StartedRun {
    const run = new StartedRun(start, this.#options.onLateWords)
    this.#going.add(run)
    void run.over.finally(() => this.#going.delete(run))
    return run
  }

  /** A run that somebody waits for has no room for its Pod: the others may be what takes it. */
  #makeRoom(): void {
    this.#hasRoom = false
    for (const { run } of this.#waiting.splice(0)) run.abort(notNeeded())
  }
}

function keyOf(words: readonly string[]): string {
  return JSON.stringify(words)
}

function takeFrom<T>(list: T[], which: (entry: T) => boolean): T | undefined {
  const index = list.findIndex(which)
  return index < 0 ? undefined : list.splice(index, 1)[0]
}
