import type { RunError } from '../errors/run-error.ts'
import type { Spool } from '../streams/spool.ts'
import { Arrived } from './arrived.ts'
import { awaitExit } from './exit-code.ts'
import { PlannedPod } from './planned-pod.ts'
import type { CloseOptions, Exit, Output, Session } from './session.ts'
import type { Target } from './target.ts'
import { type StdinFate, wholeOutput } from './whole.ts'

export interface AttachOptions {
  readonly temporaryDirectory: string
  /** What was written before attach may be given to a stream by what it looks like: no other lane can tell. */
  readonly mayGuess: boolean
}

/** They, and WebSocket with them, are of use once there is a Pod: loaded while it is being made. */
const loadStreams = (): Promise<typeof import('./attach-stream.ts')> => import('./attach-stream.ts')

/** A Pod made for this run, spoken to by attach. */
export class FreshAttachSession implements Session {
  readonly stderr: Spool
  readonly #target: Target
  readonly #mayGuess: boolean
  readonly #pod: PlannedPod
  readonly #arrived: Arrived
  #fedBytes: () => number = () => 0
  #ended: Promise<StdinFate> | undefined
  #exit: Promise<Exit> | undefined

  constructor(target: Target, { temporaryDirectory, mayGuess }: AttachOptions) {
    this.#target = target
    this.#mayGuess = mayGuess
    this.#pod = new PlannedPod(target, {
      temporaryDirectory,
      onAsked: () => void loadStreams().catch(() => undefined), // feed() tells of it
    })
    this.#arrived = new Arrived(target, this.#pod.observer, temporaryDirectory)
    this.stderr = this.#arrived.kept.stderr.head
  }

  open(): Promise<string> {
    return this.#pod.create()
  }

  feed(stdin: Spool): void {
    this.#fedBytes = () => stdin.bytes
    const { target, observer, nudge } = this.#pod
    const streaming = { target, observer, nudge, sinks: this.#arrived.sinks, stdin }
    this.#ended = this.#pod
      .mounted()
      .then(loadStreams)
      .then(({ streamByAttach }) => streamByAttach(streaming))
      .finally(() => this.#arrived.kept.end())
    this.#ended.catch(() => undefined) // output() and exitCode() tell of it
  }

  exitCode(): Promise<Exit> {
    this.#exit ??= this.#streamsEnded().then(() => {
      this.#target.trace.enter('reading the exit code')
      return awaitExit(this.#pod.observer, this.#pod.nudge)
    })
    return this.#exit
  }

  async output(): Promise<Output> {
    const stdin = await this.#streamsEnded()
    const exit = await this.exitCode()
    this.#target.trace.enter('proving the output whole')
    const proof = await this.#arrived.prove()
    const { stdout, stderr } = this.#arrived.kept
    // `-i` alone says little: kpt fn doc gives it, too, with nothing on stdin.
    const speaksProtocol = this.#fedBytes() > 0
    const mayGuess = this.#mayGuess
    const output = await wholeOutput({ exit, proof, stdin, stdout, stderr, speaksProtocol, mayGuess })
    const changes = exit.code === 0 ? await this.#pod.changes() : undefined
    return { ...output, ...(changes && { changes }) }
  }

  imageDigest(): string | undefined {
    return this.#pod.observer.imageDigest
  }

  notes(failure: RunError): Promise<readonly string[]> {
    return this.#pod.notes(failure)
  }

  close(how: CloseOptions): Promise<readonly string[]> {
    this.#arrived.kept.end()
    return this.#pod.close(how)
  }

  discard(): void {
    this.#arrived.kept.discard()
    this.#pod.discard()
  }

  #streamsEnded(): Promise<StdinFate> {
    return this.#ended ?? Promise.reject(new Error('feed() starts the streams'))
  }
}
