import { usageError } from '../../argv/usage.ts'
import { RunError } from '../../errors/run-error.ts'
import { NO_PROPAGATION } from './mount-options.ts'
import type { MountSpec } from './mount-spec.ts'

// Words of the third part of -v; at most one of each line.
const MODES: readonly (readonly string[])[] = [
  ['rw', 'ro', 'rro', 'ro-non-recursive', 'ro-force-recursive'],
  ['z', 'Z'],
  ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'],
  ['nocopy'],
  ['consistent', 'cached', 'delegated'],
]

/** `-v SOURCE:TARGET[:MODE]`, `-v TARGET` */
export function readVolumeFlag(text: string): MountSpec {
  const parts = text.split(':')
  const [first = '', second = '', mode = ''] = parts
  if (text === '') throw usageError('invalid empty volume spec')
  if (parts.includes('')) throw usageError(`invalid spec: ${text}: empty section between colons`)
  if (parts.length > 3) throw usageError(`invalid spec: ${text}: too many colons`)
  const isAnonymous = parts.length === 1
  const [source, target] = isAnonymous ? ['', first] : [first, second]
  // `/folder:ro`: docker refuses a mode without a source.
  if (parts.length === 2 && isMode(second)) throw usageError(`invalid volume specification: '${text}'`)
  if (mode !== '' && !isMode(mode)) throw usageError(`invalid mode: ${mode}`)
  const words = mode.split(',')
  if (words.some((word) => /^r?(?:shared|slave)$/.test(word)))
    throw new RunError('FLAG_REFUSED', { flag: `-v ${text}`, why: NO_PROPAGATION })
  return {
    spelled: `-v ${JSON.stringify(text)}`,
    context: `invalid volume specification: '${text}': `,
    // As docker tells them apart: `~` is the shell's business, and no path here.
    type: /^[/.]/.test(source) ? 'bind' : 'volume',
    source,
    target,
    readOnly: words.some((word) => /^r?ro(?:-|$)/.test(word)),
    createSource: true,
    warnings: [],
  }
}

function isMode(text: string): boolean {
  const kinds = text.split(',').map((word) => MODES.findIndex((words) => words.includes(word)))
  return !kinds.includes(-1) && new Set(kinds).size === kinds.length
}
