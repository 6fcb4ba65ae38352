import type { Changes } from '../mounts/apply.ts'
import type { PreparedArchive } from '../mounts/prepared-archive.ts'
import type { RawPath, Tree } from '../mounts/tree.ts'
import { GIVER_CONTAINER, RECEIVER_CONTAINER } from '../plan/pod-plan.ts'
import { Spool } from '../streams/spool.ts'
import { nudger } from './exit-code.ts'
import { PodObserver } from './pod-observer.ts'
import type { Target } from './target.ts'

/** The caller's files in the Pod of a session: sent before its function starts, brought back after it has ended. */
export class MountedFiles {
  /** They have to see the Pod's changes. */
  readonly observers: readonly PodObserver[]
  readonly #target: Target
  readonly #trees: readonly Tree[]
  readonly #receiver: PodObserver
  readonly #giver: PodObserver
  readonly #sent = new Map<RawPath, string>()
  readonly #returned: Spool
  #archive: Promise<PreparedArchive> | undefined

  constructor(target: Target, trees: readonly Tree[], temporaryDirectory: string) {
    this.#target = target
    this.#trees = trees
    const { signal } = target
    this.#receiver = new PodObserver({ container: RECEIVER_CONTAINER, signal })
    this.#giver = new PodObserver({ container: GIVER_CONTAINER, signal })
    this.observers = [this.#receiver, this.#giver]
    this.#returned = new Spool(temporaryDirectory)
  }

  /** While the node makes the Pod there is time to begin. It keeps this process busy: `followed` must not wait for it. */
  prepare(followed: Promise<void>): void {
    this.#archive = this.#prepared(followed)
    this.#archive.catch(() => undefined) // deliver() tells of it
  }

  /** Resolves when the function has all the files that it is to see. */
  async deliver(): Promise<void> {
    const { deliver } = await import('./deliver-mounts.ts')
    const observer = this.#receiver
    const cpuRequests = this.#target.plan.receiverNudge?.cpuRequests
    const archive = await this.#archive
    if (!archive) throw new Error('prepare() comes before deliver()')
    await deliver({
      target: this.#target,
      archive,
      observer,
      nudge: nudger(this.#target, { observer, cpuRequests }),
    })
  }

  /** What a function that ended with 0 did to the files; undefined when it could not write to any. */
  async changes(): Promise<Changes | undefined> {
    if (!this.#isWritable()) return undefined
    const { bringBack } = await import('./bring-back.ts')
    const archive = await bringBack({ target: this.#target, observer: this.#giver, spool: this.#returned })
    const trees = this.#target.plan.writable.flatMap((index) => {
      const tree = this.#trees[index]
      return tree ? [{ tree, index }] : []
    })
    return { trees, sent: this.#sent, archive }
  }

  discard(): void {
    this.#returned.close()
    this.#archive?.then((archive) => archive.discard()).catch(() => undefined) // never made: nothing is open
  }

  async #prepared(followed: Promise<void>): Promise<PreparedArchive> {
    const [{ PreparedArchive }] = await Promise.all([
      import('../mounts/prepared-archive.ts'),
      // Whatever is wrong with it, others tell of it.
      followed.catch(() => undefined),
    ])
    this.#target.signal.throwIfAborted()
    const archive = new PreparedArchive(this.#trees, this.#isWritable() ? this.#sent : undefined)
    if (this.#target.plan.packed) await archive.pack()
    else archive.prepare()
    return archive
  }

  #isWritable(): boolean {
    return this.#target.plan.writable.length > 0
  }
}
