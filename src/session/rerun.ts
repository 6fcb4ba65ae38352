import type { ErrorCode } from '../errors/catalogue.ts'
import { isRunError, type RunError } from '../errors/run-error.ts'
import { Spool } from '../streams/spool.ts'
import type { CloseOptions, Exit, Output, Session } from './session.ts'

interface RerunOptions {
  /** A session of its own for each attempt. */
  readonly newAttempt: () => Promise<Session>
  /** 1: what is lost is lost, and stderr is live from the start. */
  readonly attempts: 1 | 2
  readonly temporaryDirectory: string
  /** Told before the second attempt begins. */
  readonly onRerun: (reason: RunError) => void
}

/** An attempt whose output is lost or in doubt: the function itself is not to blame. */
const LOST: ReadonlySet<ErrorCode> = new Set(['STREAM_CUT', 'UNPROVEN'] satisfies ErrorCode[])
/** stderr beyond this is passed on live, and with it goes the second attempt: nobody reads the same words twice. */
const HELD_BYTES = 1024 * 1024

interface Ended {
  readonly kind: 'ended'
  readonly output: Output
  readonly exit: Exit
}

interface Lost {
  readonly kind: 'lost'
  readonly reason: RunError
}

/**
 * A function without a network is pure by contract, so an attempt whose stream was cut is made again, once: with the
 * same stdin, in a new Pod, after the old one is known to be gone. Until then its stderr is held back.
 */
export class RerunSession implements Session {
  readonly stderr: Spool
  readonly #options: RerunOptions
  #attempt: Session | undefined
  #ended: Promise<Ended> | undefined

  constructor(options: RerunOptions) {
    this.#options = options
    this.stderr = new Spool(options.temporaryDirectory)
  }

  async open(): Promise<string> {
    this.#attempt = await this.#options.newAttempt()
    return this.#attempt.open()
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

  async #run(stdin: Spool): Promise<Ended> {
    if (this.#options.attempts === 2) {
      const first = await this.#try(stdin, HELD_BYTES)
      if (first.kind === 'ended') return first
      this.#options.onRerun(first.reason)
      await this.open()
    }
    const last = await this.#try(stdin, 0)
    if (last.kind === 'lost') throw last.reason
    return last
  }

  /** One attempt. Lost: its Pod is gone, and nobody has read anything of it. */
  async #try(stdin: Spool, heldBytes: number): Promise<Ended | Lost> {
    const attempt = this.#attempt
    if (!attempt) throw new Error('open() comes before feed()')
    const held = this.#hold(attempt, heldBytes)
    try {
      attempt.feed(stdin)
      const [output, exit] = await Promise.all([attempt.output(), attempt.exitCode()])
      return { kind: 'ended', output, exit }
    } catch (error) {
      if (held.isLive() || !isLost(error)) throw error
      if ((await attempt.close({ graceSeconds: 0, keep: false })).length > 0) throw error
      held.drop()
      attempt.discard()
      return { kind: 'lost', reason: error }
    } finally {
      await held.passOn()
    }
  }

  /** Keeps an attempt's stderr until it is clear that it counts. */
  #hold(attempt: Session, heldBytes: number): Held {
    let chunks: Uint8Array[] = []
    let bytes = 0
    let state: 'held' | 'live' | 'dropped' = heldBytes > 0 ? 'held' : 'live'
    const flush = (): void => {
      for (const chunk of chunks) this.stderr.write(chunk)
      chunks = []
    }
    const read = async (): Promise<void> => {
      for await (const chunk of attempt.stderr.read()) {
        chunks.push(chunk)
        bytes += chunk.length
        if (state === 'held' && bytes > heldBytes) state = 'live'
        if (state === 'live') flush()
      }
    }
    const reading = read().catch(() => undefined)
    return {
      isLive: () => state === 'live',
      drop: () => {
        state = 'dropped'
      },
      passOn: async () => {
        await reading
        if (state !== 'dropped') flush()
      },
    }
  }
}

interface Held {
  readonly isLive: () => boolean
  readonly drop: () => void
  /** After the attempt has ended. */
  readonly passOn: () => Promise<void>
}

function isLost(error: unknown): error is RunError {
  return isRunError(error) && LOST.has(error.code)
}
