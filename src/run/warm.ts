import { asRunError, RunError } from '../errors/run-error.ts'
import { mayWait, parkedPod, standbyKey } from '../plan/standby.ts'
import type { RunRequest } from '../request/run-request.ts'
import { isolate } from '../session/network-policy.ts'
import { PlannedPod } from '../session/planned-pod.ts'
import type { Target } from '../session/target.ts'
import { findParked } from '../standby/find-parked.ts'
import { explainFor } from './explain-for.ts'
import type { RunHost } from './host.ts'
import { planRun } from './plan-run.ts'
import { rememberDigest } from './standby.ts'
import { armStop, type Stop } from './stop.ts'

/** Parks as many Pods for this request as standby.size says, and are not there yet; resolves to how many once they run. */
export async function warm(request: RunRequest, host: RunHost): Promise<number> {
  const stop = armStop({ ...host, ...request })
  const { api, namespace } = host
  const { ttlMs, size } = request.standby
  try {
    const plan = await planRun(request, host)
    if (size === 0 || !mayWait(request, plan))
      throw new RunError('CANNOT_PARK', { image: request.givenImage })
    const wanted = { api, namespace, ttlMs, deadlineMs: request.deadlineMs, signal: stop.signal }
    const { count } = await findParked({ ...wanted, key: standbyKey(plan) })
    const missing = Math.max(0, size - count)
    const parking = Array.from({ length: missing }, () => parkOne(request, { host, stop }))
    // Each takes its own Pod away if it fails.
    const failed = (await Promise.allSettled(parking)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    return missing
  } catch (error) {
    throw asRunError(stop.signal.aborted ? stop.signal.reason : explainFor(host)(error))
  } finally {
    stop.disarm()
  }
}

/** Resolves when it runs; one that cannot is taken away again. */
async function parkOne(request: RunRequest, { host, stop }: { host: RunHost; stop: Stop }): Promise<void> {
  const { isolation, ...plan } = await planRun(request, host)
  const target: Target = {
    ...{ api: host.api, trace: host.trace, now: host.now, dials: { made: 0 }, ...stop },
    warn: (text) => host.onHint?.(text),
    // The runs themselves have it to say.
    hint: () => undefined,
    explain: explainFor(host),
    // Which digest it runs is for the run to record.
    plan: { ...plan, pod: parkedPod(plan, request, host.now()), recordDigest: false },
  }
  const { gapMs } = isolation ? await isolate({ ...target, plan: { ...plan, isolation } }) : { gapMs: 0 }
  if (gapMs > 0) throw new RunError('CANNOT_PARK', { image: request.givenImage, gapMs })
  const pod = new PlannedPod(target, host)
  let isWaiting = false
  try {
    await pod.create()
    await pod.observer.until(({ kind }) => (kind === 'running' ? true : undefined))
    isWaiting = true
    await rememberDigest(host.memory, request.image, pod.observer.imageDigest)
  } finally {
    await pod.close({ graceSeconds: 0, keep: isWaiting })
  }
}
