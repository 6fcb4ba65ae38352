import type { Mount } from '../request/mounts/mount.ts'
import type { RunRequest } from '../request/run-request.ts'

/** A digest alone decides what runs. */
const PINNED = /@(sha256:[a-f0-9]{64})$/

/** Why the result of such a run is neither looked for nor kept; undefined: it may be. docs/cache.md tells of each. */
export function whyNotCached(request: RunRequest): string | undefined {
  if (request.network !== 'none') return 'the function has a network'
  if (request.enforcement === 'off') return 'network.enforcement is off: it may have a network'
  if (imageDigest(request.image) === undefined) return 'the image is not named by its sha256 digest'
  if (!request.proof) return 'proof is off: what arrives may not be all'
  if (request.cidfile !== undefined) return '--cidfile wants the ID of a container'
  return request.mounts.map(whyNotMounted).find((why) => why !== undefined)
}

export function imageDigest(image: string): string | undefined {
  return PINNED.exec(image)?.[1]
}

function whyNotMounted(mount: Mount): string | undefined {
  if (mount.kind === 'volume') return `what is in the volume ${mount.claim} is not known`
  if (mount.kind === 'image' && imageDigest(mount.reference) === undefined)
    return `the image mounted at ${mount.target} is not named by its sha256 digest`
  // Memory and empty folders are the function's own, and gone after it.
  if (mount.kind === 'bind' && !mount.readOnly) return `the function may write to ${mount.source}`
  return undefined
}
