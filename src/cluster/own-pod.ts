import type { Credentials } from './credentials.ts'

export interface OwnPod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/**
 * The Pod krmpod itself runs in: a projected service account token names it in its claims
 * (`kubernetes.io`: `namespace`, `pod.name`, `pod.uid`), so no request and no right is needed.
 */
export async function ownPod(credentials: Credentials): Promise<OwnPod | undefined> {
  const { authorization = '' } = await credentials.headers()
  const [, payload] = String(authorization)
    .replace(/^Bearer /, '')
    .split('.')
  if (!payload) return undefined
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims
    const { namespace, pod } = claims['kubernetes.io'] ?? {}
    return namespace && pod ? { namespace, name: pod.name, uid: pod.uid } : undefined
  } catch {
    return undefined // an opaque token
  }
}

interface Claims {
  readonly 'kubernetes.io'?: {
    readonly namespace?: string
    readonly pod?: { readonly name: string; readonly uid: string }
  }
}
