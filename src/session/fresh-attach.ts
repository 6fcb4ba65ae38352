import type { RunError } from '../errors/run-error.ts'
import type { Pod } from '../kube/types.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'
import type { Spool } from '../streams/spool.ts'
import { Arrived } from './arrived.ts'
import { streamByAttach } from './attach-stream.ts'
import { createPlannedPod, createPlannedSecret } from './create.ts'
import { awaitExit, type Nudge, nudger } from './exit-code.ts'
import { ensurePolicy } from './network-policy.ts'
import { podNotes } from './pod-notes.ts'
import { PodObserver } from './pod-observer.ts'
import type { CloseOptions, Exit, Output, Session } from './session.ts'
import { podOf, type Target } from './target.ts'
import { deleteObjects } from './teardown.ts'
import { followPhase } from './trace.ts'
import { unlessStopped } from './unless-stopped.ts'
import { type StdinFate, wholeOutput } from './whole.ts'

/** A Pod made for this run, spoken to by attach. */
export class FreshAttachSession implements Session {
  readonly stderr: Spool
  readonly #target: Target
  readonly #observer: PodObserver
  readonly #closing = new AbortController()
  readonly #arrived: Arrived
  readonly #nudge: Nudge
  #creating: Promise<Pod> | undefined
  #fedBytes: () => number = () => 0
  #ended: Promise<StdinFate> | undefined
  #exit: Promise<Exit> | undefined

  constructor(target: Target, temporaryDirectory: string) {
    this.#target = target
    this.#arrived = new Arrived(target, temporaryDirectory)
    this.stderr = this.#arrived.stderr
    this.#observer = new PodObserver(target.api, {
      ...podOf(target),
      container: FUNCTION_CONTAINER,
      signal: AbortSignal.any([target.signal, this.#closing.signal]),
      explain: target.explain,
      onVerdict: (verdict) => followPhase(target.trace, verdict),
    })
    this.#nudge = nudger(target, this.#observer)
  }

  async open(): Promise<string> {
    const { trace, plan } = this.#target
    if (plan.policy) trace.enter('checking the network policy')
    // Before the Pod: the policy that isolates it, and the watch that sees its every change.
    await Promise.all([ensurePolicy(this.#target), this.#observer.opened])
    this.#creating = createPlannedPod(this.#target)
    const created = await unlessStopped(this.#creating, this.#target.signal)
    trace.enter('scheduling')
    await createPlannedSecret(this.#target, created)
    return created.metadata?.uid ?? ''
  }

  feed(stdin: Spool): void {
    this.#fedBytes = () => stdin.bytes
    const { sinks } = this.#arrived
    const signal = AbortSignal.any([this.#target.signal, this.#closing.signal])
    const target = { ...this.#target, signal }
    const streaming = { target, observer: this.#observer, nudge: this.#nudge, sinks, stdin }
    this.#ended = streamByAttach(streaming).finally(() => this.#arrived.end())
    this.#ended.catch(() => undefined) // output() and exitCode() tell of it
  }

  exitCode(): Promise<Exit> {
    this.#exit ??= this.#streamsEnded().then(() => {
      this.#target.trace.enter('reading the exit code')
      return awaitExit(this.#observer, this.#nudge)
    })
    return this.#exit
  }

  async output(): Promise<Output> {
    const stdin = await this.#streamsEnded()
    const exit = await this.exitCode()
    this.#target.trace.enter('proving the output whole')
    const proof = await this.#arrived.prove()
    const { stdout, stderr } = this.#arrived
    // `-i` alone says little: kpt fn doc gives it, too, with nothing on stdin.
    const speaksProtocol = this.#fedBytes() > 0
    return wholeOutput({ exit, proof, stdin, stdout, stderr, speaksProtocol })
  }

  async notes(failure: RunError): Promise<readonly string[]> {
    return this.#creating ? podNotes(failure, this.#target) : []
  }

  async close(how: CloseOptions): Promise<readonly string[]> {
    this.#closing.abort()
    this.#arrived.end()
    if (!this.#creating) return []
    const { namespace, name } = podOf(this.#target)
    if (how.keep) return [`Pod ${name} is kept: kubectl delete pod -n ${namespace} ${name}`]
    return deleteObjects(this.#target, { ...how, creating: this.#creating })
  }

  discard(): void {
    this.#arrived.discard()
  }

  #streamsEnded(): Promise<StdinFate> {
    return this.#ended ?? Promise.reject(new Error('feed() starts the streams'))
  }
}
