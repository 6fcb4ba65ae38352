import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../cluster/api-error.ts'
import type { Memory } from '../cluster/memory.ts'
import { createPod } from '../cluster/pods.ts'
import type { PodPlan } from '../plan/pod-plan.ts'
import { mayWait, parkedPod, standbyKey } from '../plan/standby.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { ParkedPod } from '../session/target.ts'
import { type Found, findParked } from '../standby/find-parked.ts'
import { makeRoom } from '../standby/make-room.ts'
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

/** The run is over: it does not wait for the next one's Pod for longer. */
const PARK_MS = 1_000

/** The Pods that wait for runs like this one: one of them is taken first, and one is left in the end. */
export class Standby {
  readonly #request: RunRequest
  readonly #host: RunHost
  readonly #signal: AbortSignal
  #digest: string | undefined
  /** Undefined: not for this run, or nobody knows. */
  #waiting: number | undefined

  constructor(request: RunRequest, { host, signal }: World) {
    this.#request = request
    this.#host = host
    this.#signal = signal
  }

  /** A Pod to be claimed instead of creating the plan's. It may still turn out to be none: then there is no other. */
  async take(plan: PodPlan): Promise<Taken | undefined> {
    if (!mayWait(this.#request, plan)) return undefined
    const key = standbyKey(plan)
    const [digest, found] = await Promise.all([
      this.#host.memory.recall(digestOf(this.#request.image)),
      this.#find(key),
    ])
    this.#digest = digest
    this.#waiting = found?.count
    const candidate = found?.candidates[Math.floor(Math.random() * found.candidates.length)]
    if (!found || !candidate || digest === undefined) return undefined
    this.#waiting = found.count - 1
    const { name, ...seen } = candidate
    const { pod } = plan
    return {
      plan: { ...plan, pod: { ...pod, metadata: { ...pod.metadata, name } } },
      parked: { ...seen, key, planned: pod, digest },
    }
  }

  /** For the next run, of the image that this one ran. Never fails; its Pod may come to be after we are gone. */
  async park(digest: string | undefined): Promise<void> {
    const { image, standby } = this.#request
    if (this.#waiting === undefined || digest === undefined) return
    const parking = async (): Promise<void> => {
      if (digest !== this.#digest) await rememberDigest(this.#host.memory, image, digest)
      if ((this.#waiting ?? 0) >= standby.size) return
      const { api, now } = this.#host
      const plan = await planRun(this.#request, this.#host)
      await createPod(api, parkedPod(plan, this.#request, now()), {})
    }
    await Promise.race([parking().catch(() => undefined), sleep(PARK_MS, undefined, { ref: false })])
  }

  async makeRoom(): Promise<void> {
    const { api, namespace } = this.#host
    await makeRoom({ api, namespace, signal: this.#signal }).catch(() => undefined)
  }

  async #find(key: string): Promise<Found | undefined> {
    const { api, namespace, onHint, trace } = this.#host
    const { standby, deadlineMs } = this.#request
    const leftMs = deadlineMs - trace.elapsedMs()
    try {
      const { ttlMs } = standby
      return await findParked({ api, namespace, key, ttlMs, deadlineMs: leftMs, signal: this.#signal })
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
