import { setTimeout as sleep } from 'node:timers/promises'
import { FakeContainer, type FakeFunction } from './container.ts'
import type { LogFaults } from './container-log.ts'
import type { KubeObject } from './kube-object.ts'
import type { ContainerStatus } from './pod-status.ts'
import { scriptProcess } from './receiver-process.ts'
import type { Volumes } from './volumes.ts'

/** How they differ from those that do what the Pod says. */
export interface InitOptions {
  /** In place of the script that takes the mounted files. */
  readonly receiver?: FakeFunction
  /** See Script. */
  readonly maxFileKib?: number
}

interface Node {
  readonly deleted: AbortSignal
  /** Resolves when kubelet has seen an end. */
  readonly noticed: () => Promise<void>
}

interface Spec {
  readonly name: string
  readonly image: string
  readonly command: readonly string[]
}

interface Init {
  readonly spec: Spec
  state: ContainerStatus['state']
  container?: FakeContainer
}

const RECEIVER = 'mounts'
const SEEN_AFTER_MS = 4

/** One Pod's init containers. That for mounted files runs its script, any other one ends at once and well. */
export class InitContainers {
  readonly #all: readonly Init[]
  readonly #volumes: Volumes
  readonly #log: LogFaults
  readonly #processes: Promise<number>[] = []

  constructor({ spec }: KubeObject, { volumes, log }: { volumes: Volumes; log: LogFaults }) {
    const specs = (spec?.['initContainers'] ?? []) as readonly Spec[]
    this.#all = specs.map((spec) => ({ spec, state: { waiting: { reason: 'PodInitializing' } } }))
    this.#volumes = volumes
    this.#log = log
  }

  get statuses(): readonly ContainerStatus[] {
    return this.#all.map(({ spec: { name, image }, state }) => {
      const imageID = state.waiting ? '' : `${image}@sha256:${'6'.repeat(64)}`
      const ready = state.terminated?.exitCode === 0
      return { name, image, imageID, ready, started: false, restartCount: 0, state }
    })
  }

  find(name: string): FakeContainer | undefined {
    return this.#all.find(({ spec }) => spec.name === name)?.container
  }

  /** One after another, as long as they end well. Yields when a status has changed: undefined, or an exit code. */
  async *run(options: InitOptions, node: Node): AsyncGenerator<number | undefined, void, undefined> {
    for (const init of this.#all) {
      if (node.deleted.aborted) return
      const container = this.#start(init, options)
      await Promise.race([sleep(SEEN_AFTER_MS), container.ended])
      init.state = { running: { startedAt: '2026-01-01T00:00:00Z' } }
      if (container.isRunning) yield undefined
      const exitCode = await container.ended
      await node.noticed()
      init.state = { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } }
      yield exitCode
    }
  }

  kill(): void {
    for (const { container } of this.#all) container?.kill()
  }

  /** Resolves when nothing of them runs any more. */
  async gone(): Promise<void> {
    await Promise.allSettled(this.#processes)
  }

  #start(init: Init, options: InitOptions): FakeContainer {
    const program = this.#program(init.spec, options)
    init.container = new FakeContainer((io) => {
      const process = program(io)
      this.#processes.push(process)
      return process
    }, this.#log)
    return init.container
  }

  #program({ name, command }: Spec, { receiver, maxFileKib }: InitOptions): FakeFunction {
    if (name !== RECEIVER) return () => Promise.resolve(0)
    if (receiver) return receiver
    const folder = this.#volumes.path(name, command.at(-1) ?? '')
    return scriptProcess({ command, folder, ...(maxFileKib !== undefined && { maxFileKib }) })
  }
}
