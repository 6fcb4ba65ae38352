import { allValues, lastValue } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import type { Settings } from '../settings/settings.ts'
import { badValue } from './bad-value.ts'
import type { User } from './run-request.ts'
import { wholeNumber } from './whole-number.ts'

/**
 * A Pod needs numbers where docker looks names up in the image. Without --user a function runs as nobody
 * (KRM functions specification: an image without host-file needs must run as nobody).
 */
export function resolveUser(argv: ParsedArgv, settings: Settings): User {
  const wish = lastValue(argv, 'user') || 'nobody'
  if (wish === 'root') return { kind: 'ids', uid: 0, gid: 0 }
  if (wish !== 'nobody') return ids('user', wish)
  if (settings.user.nobody === 'namespace') return { kind: 'image' }
  return ids('user.nobody', settings.user.nobody)
}

export function resolveGroups(argv: ParsedArgv): readonly number[] {
  return allValues(argv, 'group-add').map((group) => wholeNumber('group', group))
}

function ids(what: string, text: string): User {
  const match = /^(?<uid>\d+)(?::(?<gid>\d+))?$/.exec(text)
  if (!match?.groups?.['uid']) {
    throw badValue(what, text, 'nobody, root, UID or UID:GID: a Pod cannot look up names in the image')
  }
  const { uid, gid } = match.groups
  return {
    kind: 'ids',
    uid: wholeNumber(what, uid),
    ...(gid !== undefined && { gid: wholeNumber(what, gid) }),
  }
}
