import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../cluster/api-error.ts'
import { deletePod, deleteSecret, getPod } from '../cluster/pods.ts'
import type { Pod } from '../kube/types.ts'
import { secretsOf } from '../plan/pod-plan.ts'
import { isTransient } from './api-failure.ts'
import type { CloseOptions } from './session.ts'
import { podOf, type Target } from './target.ts'

const ATTEMPTS = 4
const PAUSE_MS = 250
const BOUND_MS = 5_000
/** Of these, for the answer to a creation that is still on its way. */
const CREATION_MS = 3_000

/** Deletes what the run made, whatever came before; what is left is told in one line, never thrown. */
export async function deleteObjects(
  target: Target,
  { graceSeconds, creating, untilGone }: CloseOptions & { creating: Promise<Pod> },
): Promise<readonly string[]> {
  const pod = podOf(target)
  const remove = async (): Promise<void> => {
    const uid = await uidOf(creating)
    await Promise.all([
      persistently(() => deletePod(target.api, { ...pod, graceSeconds, ...(uid && { uid }) })),
      // The Pod owns them, so the garbage collector would take them: this is only sooner.
      ...secretsOf(target.plan).map(({ metadata: { name = '' } = {} }) =>
        persistently(() => deleteSecret(target.api, { ...pod, name })).catch(() => undefined),
      ),
    ])
    if (untilGone && uid) await gone(target, uid)
  }
  try {
    await Promise.race([remove(), sleep(BOUND_MS, undefined, { ref: false }).then(tooLong)])
    return []
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [`warning: could not delete Pod ${pod.namespace}/${pod.name}, which ends by itself: ${reason}`]
  }
}

/** Undefined: no Pod was made, or it is not known yet, so that only its name can be deleted. */
async function uidOf(creating: Promise<Pod>): Promise<string | undefined> {
  const late = sleep(CREATION_MS, undefined, { ref: false })
  const created = await Promise.race([creating.catch(() => undefined), late])
  return created?.metadata?.uid
}

/** A finalizer may keep a deleted Pod. */
async function gone(target: Target, uid: string): Promise<void> {
  for (;;) {
    try {
      const { metadata } = await getPod(target.api, podOf(target), {})
      if (metadata?.uid !== uid) return
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return
      if (!isTransient(error)) throw error
    }
    await sleep(PAUSE_MS, undefined, { ref: false })
  }
}

async function persistently(remove: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await remove()
      return
    } catch (error) {
      // 404: gone. 409: another object has the name by now, so ours is gone, too.
      if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return
      if (attempt >= ATTEMPTS || !isTransient(error)) throw error
      await sleep(PAUSE_MS * attempt)
    }
  }
}

function tooLong(): never {
  throw new Error(`no answer within ${BOUND_MS / 1000} s`)
}
