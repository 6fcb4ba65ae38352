import { RunError } from '../errors/run-error.ts'
import { BoundedSpool } from '../streams/bounded-spool.ts'
import type { Sinks } from '../streams/channels.ts'
import { Spool } from '../streams/spool.ts'
import type { Target } from './target.ts'

/** The function's output as it comes, kept until it may be passed on, and bounded. */
export class KeptOutput {
  readonly stdout: Spool
  readonly stderr: BoundedSpool
  readonly sinks: Sinks
  readonly #target: Target
  #isSealed = false

  constructor(target: Target, temporaryDirectory: string) {
    this.#target = target
    this.stdout = new Spool(temporaryDirectory)
    const maxBytes = target.plan.maxStderrBytes
    this.stderr = new BoundedSpool(temporaryDirectory, { maxBytes, notice: noticeOf(maxBytes) })
    this.sinks = {
      stdout: (data) => this.#keep(this.stdout, data),
      stderr: (data) => this.#keep(this.stderr, data),
    }
  }

  end(): void {
    this.stdout.end()
    this.stderr.end()
  }

  /** It was proven whole: what comes after that is not of the function, and would be passed on unproven. */
  seal(): void {
    this.#isSealed = true
  }

  discard(): void {
    this.stdout.close()
    this.stderr.close()
  }

  #keep(spool: Spool | BoundedSpool, data: Buffer): void {
    const { plan, stop } = this.#target
    if (this.#isSealed) return
    try {
      spool.write(data)
    } catch (error) {
      const problem = `it cannot be kept in a temporary file: ${(error as Error).message}`
      stop(new RunError('STREAM_CUT', { problem }, { cause: error }))
      return
    }
    if (this.stdout.bytes > plan.maxOutputBytes)
      stop(new RunError('OUTPUT_TOO_LARGE', { maxBytes: plan.maxOutputBytes }))
  }
}

function noticeOf(maxBytes: number): string {
  return `\ndocker: the function wrote more than ${maxBytes} bytes on stderr; the rest is dropped (stderr.maxBytes).\n`
}
