import { ApiError } from '../cluster/api-error.ts'
import type { Sinks } from '../streams/channels.ts'
import { HEAD_BYTES, type Proof, prove } from '../streams/proof.ts'
import { functionLog } from './function-log.ts'
import { KeptOutput } from './kept-output.ts'
import { patiently } from './patience.ts'
import type { PodObserver } from './pod-observer.ts'
import type { Target } from './target.ts'

/** Output beyond this may be rotated out of the log before it ends, so its head is read while it is there. */
const READ_HEAD_AFTER_BYTES = 512 * 1024
const HEAD_LOOKS = 10
const HEAD_PAUSE_MS = 100

/** What has arrived of the function's output by attach, to be proven whole by the container's log. */
export class Arrived {
  readonly kept: KeptOutput
  readonly sinks: Sinks
  readonly #target: Target
  readonly #observer: PodObserver
  #earlyHead: Promise<Buffer | undefined> | undefined

  constructor(target: Target, observer: PodObserver, temporaryDirectory: string) {
    this.#target = target
    this.#observer = observer
    this.kept = new KeptOutput(target, temporaryDirectory)
    const { sinks } = this.kept
    this.sinks = {
      stdout: (data) => {
        sinks.stdout(data)
        this.#readHeadInTime()
      },
      stderr: (data) => {
        sinks.stderr(data)
        this.#readHeadInTime()
      },
    }
  }

  async prove(): Promise<Proof> {
    if (!this.#target.plan.proof) return { kind: 'whole', before: Buffer.alloc(0) }
    const earlyHead = this.#earlyHead ?? Promise.resolve(undefined)
    try {
      const { stdout, stderr } = this.kept
      const log = functionLog(this.#target)
      const proof = await patiently(() => prove({ stdout, stderr, log, earlyHead }), this.#target)
      // In the turn in which the last of it was compared.
      if (proof.kind === 'whole') this.kept.seal()
      return proof
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 403) throw this.#target.explain(error)
      return { kind: 'unproven', problem: `the container log cannot be read: ${error.message}` }
    }
  }

  #readHeadInTime(): void {
    const { stdout, stderr } = this.kept
    if (!this.#target.plan.proof || this.#earlyHead || stdout.bytes + stderr.bytes < READ_HEAD_AFTER_BYTES)
      return
    this.#earlyHead = this.#headOnceRunning().catch(() => undefined)
  }

  /**
   * The node refuses (400) until it has noticed, up to a second late, that the container runs. Its status says when. So
   * much has arrived that a head which is shorter is a log that is behind.
   */
  async #headOnceRunning(): Promise<Buffer | undefined> {
    await this.#observer.until(({ kind }) => (kind === 'waiting' ? undefined : true))
    for (let look = 0; look < HEAD_LOOKS; look += 1) {
      const head = await patiently(() => functionLog(this.#target).head(HEAD_BYTES), this.#target)
      if (head.length === HEAD_BYTES) return head
      await this.#observer.change(HEAD_PAUSE_MS)
    }
    return undefined
  }
}
