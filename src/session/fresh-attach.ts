import type { Pod } from '../kube/types.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'
import type { Spool } from '../streams/spool.ts'
import { Arrived } from './arrived.ts'
import { streamByAttach } from './attach-stream.ts'
import { createPlannedPod, createPlannedSecret } from './create.ts'
import { awaitExit, type Nudge, nudger } from './exit-code.ts'
import { ensurePolicy } from './network-policy.ts'
import { PodObserver } from './pod-observer.ts'
import type { CloseOptions, Exit, Output, Session } from './session.ts'
import { podOf, type Target } from './target.ts'
import { deleteObjects } from './teardown.ts'
import { followPhase } from './trace.ts'
import { type StdinFate, wholeOutput } from './whole.ts'

/** A Pod made for this run, spoken to by attach. */
export class FreshAttachSession implements Session {
  readonly stderr: Spool
  readonly #target: Target
  readonly #observer: PodObserver
  readonly #closing = new AbortController()
  readonly #arrived: Arrived
  readonly #nudge: Nudge
  #requested = false
  #created: Pod | undefined
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
    this.#requested = true
    this.#created = await createPlannedPod(this.#target)
    trace.enter('scheduling')
    await createPlannedSecret(this.#target, this.#created)
    return this.#created.metadata?.uid ?? ''
  }

  feed(stdin: Spool): void {
    const { sinks } = this.#arrived
    const streaming = { target: this.#target, observer: this.#observer, nudge: this.#nudge, sinks, stdin }
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
    return wholeOutput({ exit, proof, stdin, stdout: this.#arrived.stdout, stderr: this.#arrived.stderr })
  }

  async close(how: CloseOptions): Promise<readonly string[]> {
    this.#closing.abort()
    this.#arrived.end()
    if (!this.#requested || how.keep) return []
    const uid = this.#created?.metadata?.uid
    return deleteObjects(this.#target, { ...how, ...(uid && { uid }) })
  }

  #streamsEnded(): Promise<StdinFate> {
    return this.#ended ?? Promise.reject(new Error('feed() starts the streams'))
  }
}
