import { ApiError } from '../cluster/api-error.ts'
import { RunError } from '../errors/run-error.ts'
import type { Sinks } from '../streams/channels.ts'
import { HEAD_BYTES, type Proof, prove } from '../streams/proof.ts'
import { Spool } from '../streams/spool.ts'
import { functionLog } from './function-log.ts'
import { patiently } from './patience.ts'
import type { Target } from './target.ts'

/** Output beyond this may be rotated out of the log before it ends, so its head is read while it is there. */
const READ_HEAD_AFTER_BYTES = 512 * 1024

/** What has arrived of the function's output, kept until it is proven whole. */
export class Arrived {
  readonly stdout: Spool
  readonly stderr: Spool
  readonly sinks: Sinks
  readonly #target: Target
  #earlyHead: Promise<Buffer | undefined> | undefined

  constructor(target: Target, temporaryDirectory: string) {
    this.#target = target
    this.stdout = new Spool(temporaryDirectory)
    this.stderr = new Spool(temporaryDirectory)
    this.sinks = {
      stdout: (data) => this.#keep(this.stdout, data),
      stderr: (data) => this.#keep(this.stderr, data),
    }
  }

  end(): void {
    this.stdout.end()
    this.stderr.end()
  }

  discard(): void {
    this.stdout.close()
    this.stderr.close()
  }

  async prove(): Promise<Proof> {
    if (!this.#target.plan.proof) return { kind: 'whole', before: Buffer.alloc(0) }
    const earlyHead = this.#earlyHead ?? Promise.resolve(undefined)
    try {
      const { stdout, stderr } = this
      const log = functionLog(this.#target)
      return await patiently(() => prove({ stdout, stderr, log, earlyHead }), this.#target)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 403) throw this.#target.explain(error)
      return { kind: 'unproven', problem: `the container log cannot be read: ${error.message}` }
    }
  }

  #keep(spool: Spool, data: Buffer): void {
    const { plan, stop } = this.#target
    try {
      spool.write(data)
    } catch (error) {
      const problem = `it cannot be kept in a temporary file: ${(error as Error).message}`
      stop(new RunError('STREAM_CUT', { problem }, { cause: error }))
      return
    }
    if (this.stdout.bytes > plan.maxOutputBytes)
      stop(new RunError('OUTPUT_TOO_LARGE', { maxBytes: plan.maxOutputBytes }))
    if (!plan.proof || this.#earlyHead || this.stdout.bytes + this.stderr.bytes < READ_HEAD_AFTER_BYTES)
      return
    const head = functionLog(this.#target).head(HEAD_BYTES)
    this.#earlyHead = head.catch(() => undefined)
  }
}
