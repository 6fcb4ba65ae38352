import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../cluster/api-error.ts'
import { deletePod, deleteSecret, getPod } from '../cluster/pods.ts'
import type { Pod } from '../kube/types.ts'
import { isTransient } from './api-failure.ts'
import { isOfRun, type MadeSecret } from './create.ts'
import type { CloseOptions } from './session.ts'
import { podOf, type Target } from './target.ts'

const ATTEMPTS = 4
const PAUSE_MS = 250
const BOUND_MS = 5_000
/** Of these, for the answer to a creation that is still on its way. */
const CREATION_MS = 3_000

interface Made {
  readonly creating: Promise<Pod>
  readonly secrets: readonly MadeSecret[]
}

/** Deletes what the run made, whatever came before; what is left is told in one line, never thrown. */
export async function deleteObjects(
  target: Target,
  { graceSeconds, untilGone, creating, secrets }: CloseOptions & Made,
): Promise<readonly string[]> {
  const pod = podOf(target)
  const remove = async (): Promise<void> => {
    const uid = await uidOf(target, creating)
    await Promise.all([
      uid && persistently(() => deletePod(target.api, { ...pod, uid, graceSeconds })),
      // The Pod owns them, so the garbage collector would take them: this is only sooner.
      ...secrets.map((secret) =>
        persistently(() => deleteSecret(target.api, { ...pod, ...secret })).catch(() => undefined),
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

/** Undefined: no Pod was made. */
async function uidOf(target: Target, creating: Promise<Pod>): Promise<string | undefined> {
  const late = sleep(CREATION_MS, undefined, { ref: false })
  try {
    const created = await Promise.race([creating, late])
    if (created) return created.metadata?.uid
  } catch (error) {
    // It was refused: what has this name is somebody else's.
    if (error instanceof ApiError && !isTransient(error)) return undefined
  }
  return lookUp(target)
}

/** The answer to the creation is late, or was lost. */
async function lookUp(target: Target): Promise<string | undefined> {
  let uid: string | undefined
  await persistently(async () => {
    const pod = await getPod(target.api, podOf(target), {})
    if (isOfRun(pod, target)) uid = pod.metadata?.uid
  })
  return uid
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

async function persistently(request: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await request()
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
