/** One row of a flag table. Parsing, refusals, help, documentation and tests all read the same rows. */
export type Flag = MappedFlag | IgnoredFlag | RefusedFlag

interface FlagRow {
  readonly name: string
  readonly short?: string
  /** Other spellings, which docker keeps out of its help. */
  readonly aliases?: readonly string[]
  /** A `bool` takes a value only by `=`, never the next word. */
  readonly takes: 'value' | 'bool'
  readonly accepts?: Accepts
}

/** A flag of which only some values are accepted. */
interface Accepts {
  readonly values: RegExp
  /** What is refused, for the documentation, and why. */
  readonly refused: string
  readonly why: string
}

interface MappedFlag extends FlagRow {
  readonly does: 'map'
  readonly help: string
}

interface IgnoredFlag extends FlagRow {
  readonly does: 'ignore'
  readonly why: string
}

interface RefusedFlag extends FlagRow {
  readonly does: 'refuse'
  readonly why: string
}

/** `-e, --env`: how docker names a flag in its messages. */
export function flagLabel({ name, short }: Pick<Flag, 'name' | 'short'>): string {
  return short ? `-${short}, --${name}` : `--${name}`
}
