import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../cluster/api-error.ts'
import type { Memory } from '../cluster/memory.ts'
import { createPod } from '../cluster/pods.ts'
import { isCode, type RunError } from '../errors/run-error.ts'
import type { PodPlan } from '../plan/pod-plan.ts'
import { mayWait, parkedPod, standbyKey } from '../plan/standby.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { ParkedPod } from '../session/target.ts'
import { type Found, findParked } from '../standby/find-parked.ts'
import type { RunHost } from './host.ts'
import { planRun } from './plan-run.ts'

interface World {
  readonly host: RunHost
  readonly signal: AbortSignal
}

interface Taken {
  readonly plan: PodPlan
  readonly parked: ParkedPod
}

/** The run is over: it does not wait for the next one's Pod for longer than for the end of its own (teardown.ts). */
const PARK_MS = 5_000
/** An API server that takes longer to say which Pods there are would take as long for a new one. */
const LOOK_MS = 5_000
/** Where Pods cannot be parked, it is tried again after so long. */
const FORGET_MS = 3_600_000

/** The Pods that wait for runs like this one: one of them is taken first, and one is left in the end. */
export class Standby {
  readonly #request: RunRequest
  readonly #host: RunHost
  readonly #signal: AbortSignal
  #digest: string | undefined
  /** Undefined: none is to be parked. */
  #key: string | undefined

  constructor(request: RunRequest, { host, signal }: World) {
    this.#request = request
    this.#host = host
    this.#signal = signal
  }

  /** A Pod to be claimed instead of creating the plan's. It may still turn out to be none: then there is no other. */
  async take(plan: PodPlan): Promise<Taken | undefined> {
    if (!mayWait(this.#request, plan)) return undefined
    const key = standbyKey(plan)
    const { memory } = this.#host
    const [digest, found, isHopeless] = await Promise.all([
      memory.recall(digestOf(this.#request.image)),
      this.#find(key),
      this.#isHopeless(key),
    ])
    if (!found || isHopeless) return undefined
    this.#digest = digest
    this.#key = key
    const candidate = found.candidates[Math.floor(Math.random() * found.candidates.length)]
    if (!candidate || digest === undefined) return undefined
    const { name, ...seen } = candidate
    const { pod } = plan
    return {
      plan: { ...plan, pod: { ...pod, metadata: { ...pod.metadata, name } } },
      parked: { ...seen, key, planned: pod, digest },
    }
  }

  /** A new Pod could do what it must not before a run comes to it. */
  giveUp(): void {
    this.#key = undefined
  }

  /** Why a parked Pod could not be used: where that will be so of the next one, too, none is parked for a while. */
  async learn(error: RunError): Promise<void> {
    if (!isCode(error, 'PARKED_POD_LOST')) return
    const { memory, now, onHint } = this.#host
    onHint?.(error.message)
    if (!error.details.isLasting || this.#key === undefined) return
    await memory.keep(hopelessOf(this.#key), now().toISOString())
    this.giveUp()
  }

  /** For the next run, of the image that this one ran. Never fails; its Pod may come to be after we are gone. */
  async park(digest: string | undefined): Promise<void> {
    const { image, standby } = this.#request
    const { putOff } = this.#host
    const key = this.#key
    if (key === undefined || digest === undefined) return
    const parking = async (): Promise<void> => {
      const { memory } = this.#host
      if (digest !== this.#digest) await rememberDigest(memory, image, digest)
      // Where nothing can be remembered, nobody would take it.
      if ((await memory.recall(digestOf(image))) === digest) await this.#parkOne(key)
    }
    const work = (): Promise<void> => parking().catch(() => undefined)
    if (putOff) putOff({ key, most: standby.size, work })
    else await Promise.race([work(), sleep(PARK_MS, undefined, { ref: false })])
  }

  /** Runs beside this one may have parked theirs by now. */
  async #parkOne(key: string): Promise<void> {
    const found = await this.#find(key)
    if (!found || found.count >= this.#request.standby.size) return
    const { api, now } = this.#host
    const plan = await planRun(this.#request, this.#host)
    await createPod(api, parkedPod(plan, this.#request, now()), {})
  }

  async #isHopeless(key: string): Promise<boolean> {
    const { memory, now } = this.#host
    const since = Date.parse((await memory.recall(hopelessOf(key))) ?? '')
    return Math.abs(now().getTime() - since) < FORGET_MS
  }

  async #find(key: string): Promise<Found | undefined> {
    const { api, namespace, onHint, trace } = this.#host
    const { standby, deadlineMs } = this.#request
    const wanted = { api, namespace, key, ttlMs: standby.ttlMs, deadlineMs: deadlineMs - trace.elapsedMs() }
    try {
      const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(LOOK_MS)])
      return await findParked({ ...wanted, signal })
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) onHint?.(`standby.size: ${error.message}`)
      return undefined
    }
  }
}

/** `digest`: of what a node runs by this name now. Only Pods that run the same are taken. */
export async function rememberDigest(
  memory: Memory,
  image: string,
  digest: string | undefined,
): Promise<void> {
  if (digest !== undefined) await memory.keep(digestOf(image), digest)
}

function digestOf(image: string): string {
  return `parked digest of ${image}`
}

function hopelessOf(key: string): string {
  return `no parking by ${key}`
}
