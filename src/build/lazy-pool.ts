import type { RunError } from '../errors/run-error.ts'
import type { Pool } from './pool.ts'

/** A pool that is made when it is needed first: a build without functions needs no cluster. */
export class LazyPool {
  readonly #make: () => Promise<Pool>
  #made: Promise<Pool | undefined> | undefined
  #pool: Pool | undefined
  #closed: RunError | undefined

  constructor(make: () => Promise<Pool>) {
    this.#make = make
  }

  /** Undefined: it cannot be made, for a reason that every `docker` will find by itself. */
  open(): Promise<Pool | undefined> {
    this.#made ??= this.#open()
    return this.#made
  }

  /** Resolves when nothing of its runs is left; does not wait for a pool that is only being made. */
  async close(reason: RunError): Promise<void> {
    this.#closed = reason
    await this.#pool?.close(reason)
  }

  async #open(): Promise<Pool | undefined> {
    try {
      const pool = await this.#make()
      this.#pool = pool
      if (this.#closed) await pool.close(this.#closed)
      return pool
    } catch {
      return undefined
    }
  }
}
