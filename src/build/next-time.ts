import type { PutOff } from '../run/host.ts'

const LIMIT_MS = 5_000

/** What a build's runs would leave for the next one: put off until no run of this one has to share the nodes with it. */
export class NextTime {
  readonly #all = new Map<string, PutOff[]>()

  readonly add = (work: PutOff): void => {
    const known = this.#all.get(work.key) ?? []
    if (known.length < work.most) this.#all.set(work.key, [...known, work])
  }

  /** Resolves when all of it is done, when that takes too long, and when `signal` says that nobody waits for it. */
  async prepare(signal: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
    const stopped = new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
    if (!stop.aborted) await Promise.race([stopped, this.#doAll(stop)])
  }

  /** Work of one key in turn: the second sees what the first one did. */
  async #doAll(stop: AbortSignal): Promise<void> {
    const inTurn = async (works: readonly PutOff[]): Promise<void> => {
      for (const { work } of works) if (!stop.aborted) await work()
    }
    await Promise.all([...this.#all.values()].map(inTurn))
  }
}
