import { elapsedMs } from '../cluster/elapsed.ts'
import type { RunError } from '../errors/run-error.ts'
import type { Pod } from '../kube/types.ts'
import { podVerdict } from '../result/pod-verdict.ts'
import type { Verdict } from '../result/verdict.ts'

const LOOK_MS = 50

interface Observed {
  readonly container: string
  readonly signal: AbortSignal
  readonly onVerdict?: (verdict: Verdict) => void
}

/** What one Pod's status (follow-pod.ts) last said of one of its containers. The first exit or failure seen is kept. */
export class PodObserver {
  #verdict: Verdict = { kind: 'waiting', phase: 'scheduling' }
  #pod: Pod | undefined
  readonly #listeners = new Set<() => void>()
  readonly #container: string
  readonly #signal: AbortSignal
  readonly #onVerdict: (verdict: Verdict) => void

  constructor({ container, signal, onVerdict = () => undefined }: Observed) {
    this.#signal = signal
    this.#container = container
    this.#onVerdict = onVerdict
    signal.addEventListener('abort', () => this.#notify(), { once: true })
  }

  see(pod: Pod): void {
    this.#pod = pod
    this.#settle(podVerdict(pod, this.#container))
  }

  /** Nothing more will be seen. */
  fail(error: RunError): void {
    this.#settle({ kind: 'failed', error })
  }

  get verdict(): Verdict {
    return this.#verdict
  }

  /** Nothing that is seen from now on changes it. */
  get isFinal(): boolean {
    return this.#verdict.kind === 'exited' || this.#verdict.kind === 'failed'
  }

  /** Of the image that the node runs, once it says so: of an index, a manifest or a configuration. */
  get imageDigest(): string | undefined {
    const status = this.#pod?.status?.containerStatuses?.find(({ name }) => name === this.#container)
    return /sha256:[0-9a-f]{64}$/.exec(status?.imageID ?? '')?.[0]
  }

  /** Resolves at the next change, or after `ms`; rejects when the run is stopped. */
  async change(ms?: number): Promise<void> {
    this.#signal.throwIfAborted()
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#listeners.delete(wake)
        resolve()
      }
      this.#listeners.add(wake)
      if (ms !== undefined) timer = setTimeout(wake, ms)
    })
    this.#signal.throwIfAborted()
  }

  /** How the container ended or failed, or, after `ms`, what is known by then. */
  async endWithin(ms: number): Promise<Verdict> {
    const end = elapsedMs() + ms
    while (!this.isFinal && elapsedMs() < end) {
      await this.change(LOOK_MS)
    }
    return this.#verdict
  }

  /** The first verdict that `pick` takes. A failure ends the wait with its error. */
  async until<T>(pick: (verdict: Verdict) => T | undefined): Promise<T> {
    for (;;) {
      const picked = pick(this.#verdict)
      if (picked !== undefined) return picked
      if (this.#verdict.kind === 'failed') throw this.#verdict.error
      await this.change()
    }
  }

  #settle(verdict: Verdict): void {
    // An exit that was seen stays true whatever becomes of the Pod afterwards.
    if (!this.isFinal) this.#verdict = verdict
    this.#onVerdict(this.#verdict)
    this.#notify()
  }

  #notify(): void {
    for (const wake of [...this.#listeners]) wake()
  }
}
