import { asRunError, RunError } from '../errors/run-error.ts'
import { Spool } from '../streams/spool.ts'
import { HeldStderr } from './held-stderr.ts'
import { type LaneKind, type LaneRules, nextLane, reasonOf, type Tried } from './next-lane.ts'
import type { CloseOptions, Exit, Output, Session } from './session.ts'

interface AttemptsOptions {
  readonly rules: LaneRules
  /** A session of its own for each attempt. */
  readonly newAttempt: (lane: LaneKind, next: { readonly mayBeExec: boolean }) => Promise<Session>
  readonly temporaryDirectory: string
  /** Failed requests in the catalogue's words. */
  readonly explain: (error: unknown) => unknown
  /** Told of every attempt that failed, before the next one begins, if there is one. */
  readonly onFailed: (failed: Tried & { session: Session; next: LaneKind | undefined }) => Promise<void>
}

/** stderr beyond this is passed on live, and with it goes the next attempt: nobody reads the same words twice. */
const HELD_BYTES = 1024 * 1024

interface Ended {
  readonly output: Output
  readonly exit: Exit
}

/**
 * A run in as many attempts as its lanes allow (next-lane.ts). Each has a Pod of its own, and begins after the Pod of
 * the one before is known to be gone; all get the same stdin. While there may be another one, stderr is held back.
 */
export class Attempts implements Session {
  readonly stderr: Spool
  readonly #options: AttemptsOptions
  readonly #tried: Tried[] = []
  #lane: LaneKind | undefined
  #attempt: Session | undefined
  #ended: Promise<Ended> | undefined

  constructor(options: AttemptsOptions) {
    this.#options = options
    this.stderr = new Spool(options.temporaryDirectory)
  }

  /** Also tries the next lane where the first cannot even make its Pod. */
  async open(): Promise<string> {
    for (;;) {
      try {
        return await this.#open()
      } catch (error) {
        if (!(await this.#canGoOn(asRunError(this.#options.explain(error)), false)))
          throw reasonOf(this.#tried) ?? error
      }
    }
  }

  feed(stdin: Spool): void {
    this.#ended = this.#run(stdin).finally(() => this.stderr.end())
    this.#ended.catch(() => undefined) // output() and exitCode() tell of it
  }

  async output(): Promise<Output> {
    return (await this.#outcome()).output
  }

  async exitCode(): Promise<Exit> {
    return (await this.#outcome()).exit
  }

  imageDigest(): string | undefined {
    return this.#attempt?.imageDigest()
  }

  async notes(failure: RunError): Promise<readonly string[]> {
    return (await this.#attempt?.notes(failure)) ?? []
  }

  async close(how: CloseOptions): Promise<readonly string[]> {
    // Nothing was fed, so nothing will be said.
    if (!this.#ended) this.stderr.end()
    return (await this.#attempt?.close(how)) ?? []
  }

  discard(): void {
    this.#attempt?.discard()
    this.stderr.close()
  }

  #outcome(): Promise<Ended> {
    return this.#ended ?? Promise.reject(new Error('feed() starts the streams'))
  }

  async #open(): Promise<string> {
    const lane = nextLane(this.#options.rules, this.#tried)
    if (!lane) throw new Error('there is no lane left')
    this.#lane = lane
    this.#attempt = await this.#options.newAttempt(lane, { mayBeExec: this.#afterDoubt(lane) === 'exec' })
    return this.#attempt.open()
  }

  async #run(stdin: Spool): Promise<Ended> {
    for (;;) {
      const ended = await this.#try(stdin)
      if (ended) return ended
      await this.open()
    }
  }

  /** One attempt. Undefined: its output is lost, its Pod is gone, and nobody has read anything of it. */
  async #try(stdin: Spool): Promise<Ended | undefined> {
    const attempt = this.#attempt
    if (!attempt) throw new Error('open() comes before feed()')
    const held = new HeldStderr(attempt.stderr, {
      to: this.stderr,
      bytes: this.#mayBeRepeated() ? HELD_BYTES : 0,
    })
    try {
      attempt.feed(stdin)
      const [output, exit] = await Promise.all([attempt.output(), attempt.exitCode()])
      return { output, exit }
    } catch (error) {
      if (!(await this.#canGoOn(asRunError(this.#options.explain(error)), held.isHeard())))
        throw reasonOf(this.#tried) ?? error
      held.drop()
      return undefined
    } finally {
      await held.passOn()
    }
  }

  /** Whether stderr has to wait: could lost output be followed by another attempt? */
  #mayBeRepeated(): boolean {
    return this.#afterDoubt(this.#lane ?? 'attach') !== undefined
  }

  /** What would come after an attempt in this lane whose output cannot be proven whole. */
  #afterDoubt(lane: LaneKind): LaneKind | undefined {
    const doubt: Tried = { lane, error: new RunError('UNPROVEN', { problem: '' }) }
    return nextLane(this.#options.rules, [...this.#tried, doubt])
  }

  /** Notes the failure, and makes way for the next attempt if there may be one: never after words that were heard. */
  async #canGoOn(error: RunError, isHeard: boolean): Promise<boolean> {
    const attempt = this.#attempt
    const lane = this.#lane
    if (!attempt || !lane) return false
    const tried: Tried = { lane, error }
    this.#tried.push(tried)
    const next = isHeard ? undefined : nextLane(this.#options.rules, this.#tried)
    await this.#options.onFailed({ ...tried, session: attempt, next })
    if (!next) return false
    // It was given nothing: whether it is gone yet, or ever, makes no difference.
    const wasGiven = error.code !== 'PARKED_POD_LOST'
    const left = await attempt.close({ graceSeconds: 0, keep: false, untilGone: wasGiven })
    if (wasGiven && left.length > 0) return false
    attempt.discard()
    return true
  }
}
