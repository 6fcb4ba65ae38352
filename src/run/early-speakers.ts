import type { Memory } from '../cluster/memory.ts'
import { isCode, type RunError } from '../errors/run-error.ts'

/**
 * Images whose functions say something before anybody can attach: known by digest, since the same image will always do
 * so, and found again by the name that it was last asked for.
 */
export class EarlySpeakers {
  readonly #memory: Memory
  readonly #image: string

  constructor(memory: Memory, image: string) {
    this.#memory = memory
    this.#image = image
  }

  async isKnown(): Promise<boolean> {
    const pinned = /@(sha256:[0-9a-f]{64})$/.exec(this.#image)?.[1]
    const digest = pinned ?? (await this.#memory.recall(`digest of ${this.#image}`))
    return digest !== undefined && (await this.#memory.recall(`speaks early ${digest}`)) !== undefined
  }

  async learn(error: RunError, digest: string | undefined): Promise<void> {
    if (digest === undefined || !isCode(error, 'UNPROVEN') || !error.details.early) return
    await this.#memory.keep(`speaks early ${digest}`, 'yes')
    await this.#memory.keep(`digest of ${this.#image}`, digest)
  }
}
