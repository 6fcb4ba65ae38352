import type { RequestHeaders } from '../credentials.ts'
import type { Named } from './choose-context.ts'
import { kubeconfigError } from './kubeconfig-error.ts'
import type { User } from './schema.ts'

const PLAIN_IN_HEADER_NAMES = /^[!#$&'*+\-.^_`|~0-9A-Za-z]$/

/** `as`, `as-uid`, `as-groups` and `as-user-extra` as headers; several groups are several lines. */
export function impersonationHeaders(user: Named<User>): RequestHeaders {
  const { as, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra } = user
  if (as === '') {
    if (uid === '' && groups.length === 0 && Object.keys(extra).length === 0) return {}
    throw kubeconfigError(`user "${user.name}" has as-uid, as-groups or as-user-extra, but not as`)
  }
  return {
    'Impersonate-User': as,
    ...(uid !== '' && { 'Impersonate-Uid': uid }),
    ...(groups.length > 0 && { 'Impersonate-Group': groups }),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [`Impersonate-Extra-${escapeName(key)}`, values]),
    ),
  }
}

// The API server undoes percent-encoding in these names.
function escapeName(key: string): string {
  return [...Buffer.from(key)].map(escapeByte).join('')
}

function escapeByte(byte: number): string {
  const letter = String.fromCharCode(byte)
  if (PLAIN_IN_HEADER_NAMES.test(letter)) return letter
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}
