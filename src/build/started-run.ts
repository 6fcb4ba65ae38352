import { PassThrough, type Readable, Writable } from 'node:stream'
import { asRunError, RunError } from '../errors/run-error.ts'
import { explainError } from '../result/explain.ts'

/** What a run is given, and what it can tell while it goes on. */
export interface RunWorld {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  readonly interrupted: AbortSignal
  /** There is no room for its Pod now: a quota, a full node. */
  readonly onHeldUp: () => void
  /** Everything is written, and this is docker's exit status. */
  readonly onResult: (exitCode: number) => void
}

/** Resolves when nothing is left of the run; rejects with a RunError. */
export type Start = (world: RunWorld) => Promise<void>

/** A run that goes on here for a `docker` that may still have to come: its stdin waits, and so does what it prints. */
export class StartedRun {
  readonly stdin: PassThrough = new PassThrough()
  /** Both outputs end before the exit code is there, stderr with the reason where there is one. */
  readonly stdout: PassThrough = new PassThrough()
  readonly stderr: PassThrough = new PassThrough()
  /** Never rejects. */
  readonly exitCode: Promise<number>
  /** Nothing of it is left in the cluster. Never rejects. */
  readonly over: Promise<void>
  /** Called as soon as there is no room for its Pod. */
  onHeldUp: () => void = () => undefined
  #isHeldUp = false
  #hasEnded = false
  #hasFailed = false
  readonly #interruption = new AbortController()

  /** `onLateWords`: what it says on stderr after its result, of a Pod that it could not delete. */
  constructor(start: Start, onLateWords: (words: Uint8Array) => void) {
    const { stdin, stdout } = this
    const { promise, resolve } = withResolver<number>()
    this.exitCode = promise
    const stderr = this.#stderrOrLate(onLateWords)
    const conclude = (exitCode: number, words = ''): void => {
      this.#hasEnded = true
      stdout.end()
      // After everything that still waits there for a reader.
      stderr.write(words, () => {
        this.stderr.end()
        resolve(exitCode)
      })
    }
    const interrupted = this.#interruption.signal
    const onHeldUp = (): void => {
      this.#isHeldUp = true
      this.onHeldUp()
    }
    const ended = start({ stdin, stdout, stderr, interrupted, onHeldUp, onResult: conclude })
    const over = ended.catch((error: unknown) => {
      // A result that was handed over stays one.
      if (this.#hasEnded) return
      this.#hasFailed = true
      const failure = asRunError(error)
      conclude(failure.exit, explainError(failure))
    })
    this.over = over.finally(() => stdin.destroy())
  }

  get isHeldUp(): boolean {
    return this.#isHeldUp
  }

  /** It has ended without a result: whoever wants one has to try again. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** A run that has its result only cleans up, and goes on with that. */
  abort(reason: RunError): void {
    if (!this.#hasEnded) this.#interruption.abort(reason)
  }

  #stderrOrLate(onLateWords: (words: Uint8Array) => void): Writable {
    const { stderr } = this
    return new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        if (stderr.writableEnded) onLateWords(chunk)
        // Whoever listened may be gone: that is no trouble of the other runs'.
        else if (!stderr.destroyed) return void stderr.write(chunk, () => done())
        done()
      },
    })
  }
}

function withResolver<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** Nobody waits for it any more. */
export function dockerIsGone(): RunError {
  return new RunError('INTERRUPTED', { by: 'its docker is gone' })
}

export function notNeeded(): RunError {
  return new RunError('INTERRUPTED', { by: 'the build had no use for it' })
}
