import { setTimeout as sleep } from 'node:timers/promises'
import { FakeContainer, type FakeFunction } from './container.ts'
import type { LogFaults } from './container-log.ts'
import { execProcess, isWaiting } from './exec-process.ts'
import { InitContainers, type InitOptions } from './init-containers.ts'
import type { KubeObject } from './kube-object.ts'
import {
  CONTAINER,
  ended,
  INIT_FAILED,
  NO_SANDBOX,
  type PodStatus,
  RUNNING,
  SANDBOX_READY,
  SCHEDULED,
  terminated,
  waitingFor,
  withInits,
} from './pod-status.ts'
import { hangs } from './programs.ts'
import { secretNames } from './secret-names.ts'
import type { Store } from './store.ts'
import { Volumes } from './volumes.ts'

/** What becomes of one Pod, told step by step. */
export type PodScript = (pod: PodOnNode) => Promise<void>

/** kubelet sees an exited container at its next relist, unless it is nudged. */
const RELIST_MS = 60
const STEP_MS = 4

/** The usual life: scheduled, sandbox, container, its end. */
export function runs(program: FakeFunction, inits: InitOptions = {}): PodScript {
  return async (pod) => {
    await pod.prepare()
    await pod.run(program, { inits })
  }
}

export interface Running {
  /** Attach works before the Pod's status says that the container runs. */
  readonly seenAfterMs?: number
  readonly relistMs?: number
  readonly inits?: InitOptions
}

/** One Pod as scheduler and kubelet treat it. */
export class PodOnNode {
  /** Aborted when the Pod is deleted. */
  readonly deleted: AbortSignal
  container: FakeContainer | undefined
  /** The node's side of everything ends here, whatever the API server says of the Pod. */
  readonly #deletion = new AbortController()
  readonly #store: Store
  readonly #pod: KubeObject
  readonly #logFaults: LogFaults
  readonly #volumes: Volumes
  readonly #inits: InitContainers
  #nudge: () => void = () => undefined
  #program: FakeFunction | undefined
  #startTime: string | undefined

  constructor(store: Store, pod: KubeObject, logFaults: LogFaults = {}) {
    this.#store = store
    this.#pod = pod
    this.#logFaults = logFaults
    this.#volumes = new Volumes(pod)
    this.#inits = new InitContainers(pod, { volumes: this.#volumes, log: logFaults })
    this.deleted = this.#deletion.signal
  }

  get name(): { readonly namespace: string; readonly name: string } {
    return this.#pod.metadata
  }

  /** The function is started by exec: the main process only waits. */
  get isWaiting(): boolean {
    return isWaiting(this.#pod.spec)
  }

  get spec(): Readonly<Record<string, unknown>> {
    return this.#pod.spec ?? {}
  }

  async prepare(): Promise<void> {
    await this.step()
    this.bind()
    await this.step()
    this.says(NO_SANDBOX)
    await this.step()
    this.says(SANDBOX_READY)
    await this.step()
  }

  /** From start to end. */
  async run(program: FakeFunction, options: Running = {}): Promise<void> {
    const { seenAfterMs = STEP_MS, relistMs = RELIST_MS } = options
    if (!(await this.#initialize(options))) return
    await this.#secrets()
    if (this.deleted.aborted) return
    const container = this.start(this.isWaiting ? hangs : program)
    this.#program = program
    await Promise.race([sleep(seenAfterMs), container.ended])
    if (container.isRunning) this.says(RUNNING)
    const exitCode = await container.ended
    await this.relisted(relistMs)
    const end = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' }
    this.says(terminated(end))
    await this.step()
    this.says(ended(end))
  }

  /** By name, if it was started. */
  find(container: string): FakeContainer | undefined {
    return container === CONTAINER ? this.container : this.#inits.find(container)
  }

  start(program: FakeFunction): FakeContainer {
    this.container = new FakeContainer(program, this.#logFaults, this.#mounted)
    return this.container
  }

  /** A process beside the main one, as long as that runs. */
  exec(command: readonly string[]): FakeContainer | undefined {
    if (!this.container?.isRunning || !this.#program) return undefined
    const process = execProcess(command, this.#program, this.#mounted)
    this.deleted.addEventListener('abort', () => process.kill(), { once: true })
    void this.container.ended.then(() => process.kill())
    return process
  }

  bind(): void {
    this.#startTime = new Date().toISOString()
    this.#store.update('pods', this.name, (pod) => ({
      ...pod,
      spec: { ...pod.spec, nodeName: 'node-1' },
      status: SCHEDULED,
    }))
  }

  says(status: PodStatus): void {
    this.#store.update('pods', this.name, (pod) => ({
      ...pod,
      status: {
        ...withInits(status, this.#inits.statuses),
        ...(this.#startTime && { startTime: this.#startTime }),
      },
    }))
  }

  step(ms = STEP_MS): Promise<void> {
    return sleep(ms)
  }

  relisted(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#nudge = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  nudge(): void {
    this.#nudge()
  }

  kill(): void {
    this.#deletion.abort()
    this.container?.kill()
    this.#inits.kill()
  }

  /** Kills it, and resolves when nothing of it is left on this machine. */
  async close(): Promise<void> {
    this.kill()
    await this.#inits.gone()
    this.#volumes.remove()
  }

  marksDeleted(): void {
    const deletionTimestamp = new Date().toISOString()
    this.#store.update('pods', this.name, (pod) => ({
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp },
    }))
  }

  /** The API server marks the Pod as deleted, the container ends, and only then the Pod is gone. */
  async deleteGently(): Promise<void> {
    this.marksDeleted()
    this.kill()
    await this.step()
    this.#store.remove('pods', this.name)
  }

  readonly #mounted = (target: string): string => this.#volumes.path(CONTAINER, target)

  /** One init container after another. False: the function will never be started. */
  async #initialize({ relistMs = RELIST_MS, inits = {} }: Running): Promise<boolean> {
    const noticed = (): Promise<void> => this.relisted(relistMs)
    for await (const end of this.#inits.run(inits, { deleted: this.deleted, noticed })) {
      this.says(SANDBOX_READY)
      await this.step()
      if (end === undefined || end === 0) continue
      this.says(INIT_FAILED)
      return false
    }
    return !this.deleted.aborted
  }

  /** As kubelet does, waits for the Secrets that the container's environment names. */
  async #secrets(): Promise<void> {
    for (const name of secretNames(this.#pod)) {
      while (!this.deleted.aborted && !this.#store.find('secrets', { ...this.name, name })) {
        this.says(waitingFor('CreateContainerConfigError', `secret "${name}" not found`))
        await this.step()
      }
    }
  }
}
