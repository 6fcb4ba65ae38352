import { randomBytes } from 'node:crypto'
import type { RunError } from '../errors/run-error.ts'
import type { ImageConfig } from '../plan/exec-command.ts'
import type { Spool } from '../streams/spool.ts'
import { streamByExec } from './exec-stream.ts'
import { commandToExec } from './function-command.ts'
import { helperFailure } from './helper-failure.ts'
import { KeptOutput } from './kept-output.ts'
import { PlannedPod } from './planned-pod.ts'
import type { CloseOptions, Exit, Output, Session } from './session.ts'
import type { Target } from './target.ts'

const NONCE_BYTES = 16

export interface ExecOptions {
  readonly temporaryDirectory: string
  /** What the image that a node runs says of its command; the digest is absent where the node does not say it. */
  readonly imageConfig: (digest: string | undefined) => Promise<ImageConfig>
}

/**
 * A Pod made for this run that waits, and the function started in it by exec: nothing it says can come before anybody
 * listens, and the ends of its streams are marked.
 */
export class ExecSession implements Session {
  readonly stderr: Spool
  readonly #pod: PlannedPod
  readonly #kept: KeptOutput
  readonly #options: ExecOptions
  #ended: Promise<Exit> | undefined

  constructor(target: Target, options: ExecOptions) {
    this.#options = options
    this.#kept = new KeptOutput(target, options.temporaryDirectory)
    this.stderr = this.#kept.stderr.head
    this.#pod = new PlannedPod(target, options)
  }

  async open(): Promise<string> {
    try {
      return await this.#pod.create()
    } catch (error) {
      throw this.#explain(error)
    }
  }

  feed(stdin: Spool): void {
    this.#ended = this.#run(stdin).finally(() => this.#kept.end())
    this.#ended.catch(() => undefined) // output() and exitCode() tell of it
  }

  exitCode(): Promise<Exit> {
    return this.#ended ?? Promise.reject(new Error('feed() starts the streams'))
  }

  async output(): Promise<Output> {
    const exit = await this.exitCode()
    const { stdout, stderr } = this.#kept
    const nothing = Buffer.alloc(0)
    const changes = exit.code === 0 ? await this.#pod.changes() : undefined
    return { stdout, stderr, before: { stdout: nothing, stderr: nothing }, ...(changes && { changes }) }
  }

  imageDigest(): string | undefined {
    return this.#pod.observer.imageDigest
  }

  notes(failure: RunError): Promise<readonly string[]> {
    return this.#pod.notes(failure)
  }

  close(how: CloseOptions): Promise<readonly string[]> {
    this.#kept.end()
    return this.#pod.close(how)
  }

  discard(): void {
    this.#kept.discard()
    this.#pod.discard()
  }

  async #run(stdin: Spool): Promise<Exit> {
    const { target, observer, nudge } = this.#pod
    const nonce = randomBytes(NONCE_BYTES).toString('hex')
    const launch = { target, observer, nudge, nonce, imageConfig: this.#options.imageConfig }
    try {
      await this.#pod.mounted()
      const command = await commandToExec(launch)
      const streams = { sinks: this.#kept.sinks, stdin }
      return await streamByExec({ target, observer, nudge, ...streams, command, nonce })
    } catch (error) {
      throw this.#explain(error)
    }
  }

  #explain(error: unknown): unknown {
    const helper = this.#pod.target.plan.exec?.helper
    return helper ? helperFailure(error, helper) : error
  }
}
