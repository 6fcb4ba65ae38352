import type { RunError } from '../errors/run-error.ts'
import type { Pod } from '../kube/types.ts'
import type { Changes } from '../mounts/apply.ts'
import { withGate } from '../plan/gate.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'
import { createPlannedPod, createPlannedSecrets, type MadeSecret } from './create.ts'
import { type Nudge, nudger } from './exit-code.ts'
import { followPod } from './follow-pod.ts'
import { MountedFiles } from './mounted-files.ts'
import { isolate } from './network-policy.ts'
import { podNotes } from './pod-notes.ts'
import { PodObserver } from './pod-observer.ts'
import type { CloseOptions } from './session.ts'
import { type ParkedPod, podOf, type Target } from './target.ts'
import { deleteObjects } from './teardown.ts'
import { followPhase } from './trace.ts'
import { unlessStopped } from './unless-stopped.ts'

interface PlannedPodOptions {
  readonly temporaryDirectory: string
  /** The request for the Pod is on its way: there is time for something else. */
  readonly onAsked?: () => void
}

/** The Pod that a session makes, watches and takes away, whatever way the function in it is spoken to. */
export class PlannedPod {
  readonly observer: PodObserver
  readonly nudge: Nudge
  /** For all that goes on while the Pod is there: its signal ends with it. */
  readonly target: Target
  readonly #run: Target
  readonly #onAsked: (() => void) | undefined
  readonly #files: MountedFiles | undefined
  readonly #closing = new AbortController()
  #creating: Promise<Pod> | undefined
  readonly #secrets: MadeSecret[] = []

  /** `run`: its signal outlives the Pod, for what has to be done afterwards. */
  constructor(run: Target, { temporaryDirectory, onAsked }: PlannedPodOptions) {
    this.#run = run
    this.#onAsked = onAsked
    this.target = { ...run, signal: AbortSignal.any([run.signal, this.#closing.signal]) }
    const { signal } = this.target
    this.observer = new PodObserver({
      container: FUNCTION_CONTAINER,
      signal,
      onVerdict: (verdict) => followPhase(run.trace, verdict),
    })
    if (run.uploads) this.#files = new MountedFiles(this.target, run.uploads, temporaryDirectory)
    this.nudge = nudger(this.target, { observer: this.observer, cpuRequests: run.plan.nudge?.cpuRequests })
  }

  /** Resolves to the Pod's UID. */
  async create(): Promise<string> {
    const { trace, plan, signal } = this.#run
    if (this.#run.parked) return this.#claim(this.#run.parked)
    if (plan.isolation) trace.enter('checking the network policy')
    const { gapMs } = await isolate(this.#run)
    if (gapMs > 0) this.#run.onGap?.()
    signal.throwIfAborted()
    const pod = withGate(plan.pod, { gapMs, image: plan.isolation?.gateImage ?? '' })
    this.#creating = createPlannedPod(this.#run, pod)
    this.#leaveTime()
    const created = await unlessStopped(this.#creating, signal)
    trace.enter('scheduling')
    const followed = this.#follow(created)
    this.#files?.prepare(followed)
    if (plan.pod.spec?.hostUsers === false) await this.#expectUserNamespace(created)
    await createPlannedSecrets(this.#run, {
      owner: created,
      onCreated: (secret) => this.#secrets.push(secret),
    })
    return created.metadata?.uid ?? ''
  }

  /** Requests leave within this turn of the loop. */
  #leaveTime(): void {
    if (this.#onAsked) setImmediate(this.#onAsked)
  }

  #follow(made?: Pod): Promise<void> {
    return followPod(this.#run.api, {
      ...podOf(this.#run),
      signal: this.target.signal,
      explain: this.#run.explain,
      observers: [this.observer, ...(this.#files?.observers ?? [])],
      ...(made && { made }),
    })
  }

  /** Loaded only when it is wanted. */
  async #record(creating: Promise<Pod>): Promise<void> {
    if (!this.#run.plan.recordDigest) return
    const { recordDigest } = await import('./record-digest.ts')
    await recordDigest(this.#run, { creating, digest: this.observer.imageDigest })
  }

  /** Instead of creating one. Loaded only when it is needed: most runs have no Pod that waits for them. */
  async #claim(parked: ParkedPod): Promise<string> {
    const { claimParked, checkParked } = await import('./claim-parked.ts')
    const opened = this.#follow()
    const claiming = claimParked({ ...this.#run, parked })
    this.#creating = claiming
    this.#leaveTime()
    const checked = checkParked({ ...this.#run, parked }, { claiming, isolating: isolate(this.#run) })
    const [claimed] = await unlessStopped(Promise.all([checked, opened]), this.#run.signal)
    return claimed.metadata?.uid ?? ''
  }

  /** Loaded only when it is needed: few runs ask for one. */
  async #expectUserNamespace(created: Pod): Promise<void> {
    const { checkUserNamespace, watchForRefusal } = await import('./user-namespace.ts')
    checkUserNamespace(created)
    void watchForRefusal(this.target, this.observer)
  }

  /** Resolves when the function has all the files that it is to see; at once when there are none. */
  async mounted(): Promise<void> {
    await this.#files?.deliver()
  }

  /** What a function that ended with 0 did to files of the caller's; undefined when it could not write to any. */
  async changes(): Promise<Changes | undefined> {
    return this.#files?.changes()
  }

  discard(): void {
    this.#files?.discard()
  }

  async notes(failure: RunError): Promise<readonly string[]> {
    return this.#creating ? podNotes(failure, this.#run) : []
  }

  async close(how: CloseOptions): Promise<readonly string[]> {
    // The request to delete the Pod can leave first; what else is going on is given up while the server answers.
    setImmediate(() => this.#closing.abort())
    if (!this.#creating) return []
    await this.#record(this.#creating)
    const { namespace, name } = podOf(this.#run)
    if (how.keep) return [`Pod ${name} is kept: kubectl delete pod -n ${namespace} ${name}`]
    return deleteObjects(this.#run, { ...how, creating: this.#creating, secrets: this.#secrets })
  }
}
