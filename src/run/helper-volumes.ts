import type { Memory } from '../cluster/memory.ts'
import { isCode, type RunError } from '../errors/run-error.ts'
import type { Helper } from '../plan/lane.ts'

/** Whether this cluster has image volumes (on since Kubernetes 1.35, with containerd 2.1): known by having tried. */
export class HelperVolumes {
  readonly #memory: Memory
  readonly #subject: string

  constructor(memory: Memory, server: URL) {
    this.#memory = memory
    this.#subject = `no image volumes ${server.href}`
  }

  async kind(): Promise<Helper['by']> {
    return this.#isLacking || (await this.#memory.recall(this.#subject)) !== undefined
      ? 'copy'
      : 'imageVolume'
  }

  async learn(error: RunError): Promise<void> {
    if (!isCode(error, 'EXEC_UNAVAILABLE') || !error.details.otherHelper) return
    this.#isLacking = true
    await this.#memory.keep(this.#subject, 'yes')
  }

  #isLacking = false
}
