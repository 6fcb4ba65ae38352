import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../cluster/api-error.ts'
import type { Sinks } from '../streams/channels.ts'
import { HEAD_BYTES, type Proof, prove } from '../streams/proof.ts'
import { functionLog } from './function-log.ts'
import { KeptOutput } from './kept-output.ts'
import { patiently } from './patience.ts'
import type { Target } from './target.ts'

/** Output beyond this may be rotated out of the log before it ends, so its head is read while it is there. */
const READ_HEAD_AFTER_BYTES = 512 * 1024
const HEAD_PAUSES_MS = [0, 50, 100, 200, 400, 800, 1600]

/** What has arrived of the function's output by attach, to be proven whole by the container's log. */
export class Arrived {
  readonly kept: KeptOutput
  readonly sinks: Sinks
  readonly #target: Target
  #earlyHead: Promise<Buffer | undefined> | undefined

  constructor(target: Target, temporaryDirectory: string) {
    this.#target = target
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
      return await patiently(() => prove({ stdout, stderr, log, earlyHead }), this.#target)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 403) throw this.#target.explain(error)
      return { kind: 'unproven', problem: `the container log cannot be read: ${error.message}` }
    }
  }

  #readHeadInTime(): void {
    const { stdout, stderr } = this.kept
    if (!this.#target.plan.proof || this.#earlyHead || stdout.bytes + stderr.bytes < READ_HEAD_AFTER_BYTES)
      return
    this.#earlyHead = headInTime(this.#target)
  }
}

/**
 * The API server refuses (400) as long as the Pod's status does not say that the container runs: up to a second late.
 * What is shorter than it has to be is kubelet's complaint, or a log that is behind.
 */
async function headInTime(target: Target): Promise<Buffer | undefined> {
  for (const pauseMs of HEAD_PAUSES_MS) {
    if (pauseMs > 0) await sleep(pauseMs, undefined, { ref: false })
    try {
      const head = await functionLog(target).head(HEAD_BYTES)
      if (head.length === HEAD_BYTES) return head
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 400 || target.signal.aborted) return undefined
    }
  }
  return undefined
}
