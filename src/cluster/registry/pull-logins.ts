import type { PullLogin } from '../../plan/pull-secret.ts'
import { parseImageRef } from '../../request/images/image-ref.ts'
import { type Caller, callerLogin } from './caller-login.ts'

export interface PullLogins {
  readonly logins: readonly PullLogin[]
  /** Images without one, in words for people. */
  readonly notes: readonly string[]
}

/** The caller's docker logins for just these images. */
export async function pullLogins(images: readonly string[], caller: Caller): Promise<PullLogins> {
  const found = await Promise.all(images.map((image) => loginOf(image, caller)))
  return {
    logins: found.filter((login) => typeof login === 'object'),
    notes: [...new Set(found.filter((login) => typeof login === 'string'))],
  }
}

async function loginOf(image: string, caller: Caller): Promise<PullLogin | string> {
  const ref = parseImageRef(image)
  const login = await callerLogin(ref, caller)
  if (!login) return `The docker config has no login for ${ref.registry}.`
  // kubelet reads user names and passwords only (pkg/credentialprovider, DockerConfigEntry).
  if (login.kind === 'identityToken')
    return `The docker config has an identity token for ${ref.registry}, which nodes cannot log in with.`
  const { username, password } = login
  return { repository: `${ref.registry}/${ref.repository}`, username, password }
}
