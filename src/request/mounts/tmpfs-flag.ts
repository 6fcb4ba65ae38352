import { cut } from '../../argv/cut.ts'
import { usageError } from '../../argv/usage.ts'
import { parseSize } from '../size.ts'
import { type MountSpec, sizeLimit } from './mount-spec.ts'

// As they are in every Pod, or without a difference for a function.
const WITHOUT_EFFECT =
  /^(?:|defaults|rw|ro|exec|suid|nosuid|dev|nodev|async|(?:no)?(?:atime|diratime|relatime|strictatime))$/
// What docker hands to the kernel, and an emptyDir cannot say.
const LOST = /^(?:(?:mode|uid|gid|nr_inodes|nr_blocks|mpol)=.*|noexec|sync|dirsync|mand|nomand)$/

/** `--tmpfs TARGET[:OPTIONS]` */
export function readTmpfsFlag(text: string): MountSpec {
  const [target, rest = ''] = cut(text, ':')
  const options = rest.split(',')
  const sizes = options.filter((option) => option.startsWith('size='))
  const lost = options.filter((option) => LOST.test(option))
  const unknown = options.find(
    (option) => !WITHOUT_EFFECT.test(option) && !LOST.test(option) && !option.startsWith('size='),
  )
  if (unknown !== undefined) throw usageError(`invalid tmpfs option ${quotedParts(unknown)}`)
  return {
    spelled: `--tmpfs ${JSON.stringify(text)}`,
    context: '',
    type: 'tmpfs',
    source: '',
    target,
    readOnly: options.findLast((option) => /^r[wo]$/.test(option)) === 'ro',
    createSource: false,
    ...sizeLimit(parseSize('size of --tmpfs', sizes.at(-1)?.slice('size='.length) ?? '0')),
    warnings: lost.length > 0 ? [`${lost.join(', ')} has no effect in a Pod`] : [],
  }
}

/** Go's %q of a list. */
function quotedParts(option: string): string {
  const parts = cut(option, '=').filter((part) => part !== undefined)
  return `[${parts.map((part) => JSON.stringify(part)).join(' ')}]`
}
