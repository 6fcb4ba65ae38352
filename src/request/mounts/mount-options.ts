import { cut } from '../../argv/cut.ts'
import { invalidArgument } from '../../argv/usage.ts'
import { RunError } from '../../errors/run-error.ts'
import { csvFields, type Refuse } from './csv.ts'

/** One key of `--mount`. */
interface MountOption {
  /** The first is what it is known by; those with a prefix, as `bind-`, go with that type only. */
  readonly names: readonly [string, ...string[]]
  readonly takes: 'value' | 'bool'
  /** Values that a Pod can honour; others are refused. */
  readonly accepts?: { readonly values: RegExp; readonly why: string }
}

export const NO_PROPAGATION = "files are copied into the Pod, so mounts of the caller's do not show up in it"
const DRIVERS = 'a Pod has no docker volumes or storage drivers'
const SUBMOUNTS = 'what is mounted below the source is copied into the Pod, too'

const OPTIONS: readonly MountOption[] = [
  { names: ['type'], takes: 'value' },
  { names: ['source', 'src'], takes: 'value' },
  { names: ['target', 'dst', 'destination'], takes: 'value' },
  { names: ['readonly', 'ro'], takes: 'bool' },
  // Only for Docker Desktop: what is written is seen at the end anyway.
  { names: ['consistency'], takes: 'value' },
  { names: ['bind-propagation'], takes: 'value', accepts: { values: /^r?private$/i, why: NO_PROPAGATION } },
  {
    names: ['bind-recursive'],
    takes: 'value',
    accepts: { values: /^(?:enabled|writable|readonly)$/, why: SUBMOUNTS },
  },
  { names: ['bind-nonrecursive'], takes: 'bool', accepts: { values: /^false$/, why: SUBMOUNTS } },
  { names: ['bind-create-src'], takes: 'bool' },
  { names: ['volume-subpath'], takes: 'value' },
  { names: ['volume-nocopy'], takes: 'bool' },
  { names: ['volume-label'], takes: 'value' },
  { names: ['volume-driver'], takes: 'value', accepts: { values: /^local$/, why: DRIVERS } },
  { names: ['volume-opt'], takes: 'value', accepts: { values: /^(?!)/, why: DRIVERS } },
  { names: ['image-subpath'], takes: 'value' },
  { names: ['tmpfs-size'], takes: 'value' },
  { names: ['tmpfs-mode'], takes: 'value' },
]

const BY_NAME: ReadonlyMap<string, MountOption> = new Map(
  OPTIONS.flatMap((option) => option.names.map((name) => [name, option] as const)),
)

// strconv.ParseBool, which docker used up to version 28.
const BOOL = /^(?:(?<yes>1|t|T|true|TRUE|True)|0|f|F|false|FALSE|False)$/

/** The value of `--mount`, by the first name of each key; of one key the last counts. Docker 29's rules and words. */
export function readMountOptions(text: string): ReadonlyMap<string, string> {
  const refuse: Refuse = (problem) => invalidArgument('--mount', text, problem)
  const trimmed = text.trim()
  if (trimmed === '') throw refuse('value is empty')
  const options = new Map(csvFields(trimmed, refuse).map((field) => readField(field, refuse)))
  const type = (options.get('type') ?? 'volume').toLowerCase()
  for (const name of options.keys()) {
    const prefix = /^(?:bind|volume|image|tmpfs)(?=-)/.exec(name)?.[0] ?? type
    if (prefix !== type) throw refuse(`cannot mix '${prefix}-*' options with mount type '${type}'`)
  }
  return options.set('type', type)
}

function readField(field: string, refuse: Refuse): readonly [name: string, value: string] {
  const [key, value] = cut(field, '=')
  if (key.trim() !== key)
    throw refuse(`invalid option '${key.trim()}' in '${field}': option should not have whitespace`)
  if (value?.trim() === '') throw refuse(`invalid value for '${key}': value is empty`)
  if (value !== undefined && value.trim() !== value)
    throw refuse(`invalid value for '${key}' in '${field}': value should not have whitespace`)
  const option = BY_NAME.get(key.toLowerCase())
  if (value === undefined && option?.takes !== 'bool')
    throw refuse(`invalid field '${field}' must be a key=value pair`)
  if (!option) throw refuse(`unknown option '${key.toLowerCase()}' in '${field}'`)
  const read = option.takes === 'bool' ? readBool(key, value ?? 'true', refuse) : (value ?? '')
  if (option.accepts && !option.accepts.values.test(read))
    throw new RunError('FLAG_REFUSED', { flag: `--mount ${field}`, why: option.accepts.why })
  return [option.names[0], read]
}

function readBool(key: string, value: string, refuse: Refuse): string {
  const match = BOOL.exec(value)
  if (match) return String(match.groups?.['yes'] !== undefined)
  const must = 'must be one of "true", "1", "false", or "0" (default "true")'
  throw refuse(
    `invalid value for '${key.toLowerCase()}': invalid boolean value (${JSON.stringify(value)}): ${must}`,
  )
}
