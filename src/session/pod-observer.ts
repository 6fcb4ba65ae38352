import type { ApiClient } from '../cluster/api-client.ts'
import { watchPod } from '../cluster/watch-pod.ts'
import { asRunError, RunError } from '../errors/run-error.ts'
import type { Pod } from '../kube/types.ts'
import { podVerdict } from '../result/pod-verdict.ts'
import type { Verdict } from '../result/verdict.ts'

interface Observed {
  readonly namespace: string
  readonly name: string
  readonly container: string
  readonly signal: AbortSignal
  /** Failed requests in the catalogue's words. */
  readonly explain: (error: unknown) => unknown
  readonly onVerdict: (verdict: Verdict) => void
}

/** Follows one Pod, and keeps what its status last said of the run. The first exit or failure seen is kept. */
export class PodObserver {
  /** Resolves when every change from now on will be seen. */
  readonly opened: Promise<void>
  #verdict: Verdict = { kind: 'waiting', phase: 'scheduling' }
  #pod: Pod | undefined
  readonly #listeners = new Set<() => void>()
  readonly #container: string
  readonly #signal: AbortSignal
  readonly #onVerdict: (verdict: Verdict) => void

  constructor(api: ApiClient, observed: Observed) {
    this.#signal = observed.signal
    this.#container = observed.container
    this.#onVerdict = observed.onVerdict
    this.opened = new Promise((resolve, reject) => {
      const following = this.#follow(api, { ...observed, onOpen: resolve })
      // Without an error it ends with the signal, or with the Pod: by then it has been opened, or never will be.
      following.then(
        () => reject(observed.signal.reason as Error),
        (error: unknown) => {
          const reason = asRunError(observed.explain(error))
          reject(reason)
          this.#settle({ kind: 'failed', error: reason })
        },
      )
    })
    this.opened.catch(() => undefined)
    observed.signal.addEventListener('abort', () => this.#notify(), { once: true })
  }

  get verdict(): Verdict {
    return this.#verdict
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

  /** The first verdict that `pick` takes. A failure ends the wait with its error. */
  async until<T>(pick: (verdict: Verdict) => T | undefined): Promise<T> {
    for (;;) {
      const picked = pick(this.#verdict)
      if (picked !== undefined) return picked
      if (this.#verdict.kind === 'failed') throw this.#verdict.error
      await this.change()
    }
  }

  async #follow(api: ApiClient, options: Observed & { onOpen: () => void }): Promise<void> {
    for await (const change of watchPod(api, options)) {
      if (change.kind === 'gone') {
        this.#settle(lost(options.name))
        return
      }
      this.#pod = change.pod
      this.#settle(podVerdict(change.pod, options.container))
    }
  }

  #settle(verdict: Verdict): void {
    // An exit that was seen stays true whatever becomes of the Pod afterwards.
    if (this.#verdict.kind !== 'exited' && this.#verdict.kind !== 'failed') this.#verdict = verdict
    this.#onVerdict(this.#verdict)
    this.#notify()
  }

  #notify(): void {
    for (const wake of [...this.#listeners]) wake()
  }
}

function lost(pod: string): Verdict {
  return { kind: 'failed', error: new RunError('POD_LOST', { pod, why: 'it was deleted by someone else' }) }
}
