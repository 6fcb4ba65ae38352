import { RunError } from '../errors/run-error.ts'
import { asksForHelp, collect } from './collect.ts'
import type { Flag } from './flag.ts'
import { allValues, isOn, lastValue } from './flag-values.ts'
import type { ParsedArgv } from './parsed-argv.ts'
import { tokenize } from './tokenize.ts'

/** What is asked besides running: `format` is a Go template, as it was written. */
export type QueryCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'version'; readonly format?: string }
  | {
      readonly kind: 'imageList'
      readonly quiet: boolean
      readonly filters: readonly string[]
      readonly format?: string
    }
  | { readonly kind: 'imageInspect'; readonly images: readonly string[]; readonly format?: string }
  | {
      readonly kind: 'imagePull'
      readonly image: string
      readonly quiet: boolean
      readonly platform?: string
    }

interface Subcommand {
  /** Every way to say it. */
  readonly names: readonly string[]
  readonly flags: readonly Flag[]
  readonly words: { readonly least: number; readonly most: number; readonly rule: string }
  readonly read: (line: Line) => QueryCommand
}

type Line = Pick<ParsedArgv, 'flags'> & { readonly words: readonly string[] }

const HELP: Flag = { name: 'help', short: 'h', takes: 'bool', does: 'map', help: 'Print usage' }
const FORMAT: Flag = { name: 'format', short: 'f', takes: 'value', does: 'map', help: 'Go template' }
const PLATFORM: Flag = { name: 'platform', takes: 'value', does: 'map', help: 'Platform, linux/ARCH' }
const QUIET: Flag = { name: 'quiet', short: 'q', takes: 'bool', does: 'map', help: 'Say less' }
const NO_IMAGES = 'there is no local image to list'

export const SUBCOMMANDS: readonly Subcommand[] = [
  {
    names: ['version'],
    flags: [FORMAT, HELP],
    words: { least: 0, most: 0, rule: 'accepts no arguments' },
    read: (line) => ({ kind: 'version', ...format(line) }),
  },
  {
    names: ['image ls', 'image list', 'images'],
    flags: [
      { name: 'filter', short: 'f', takes: 'value', does: 'map', help: 'Conditions' },
      { name: 'format', takes: 'value', does: 'map', help: 'Go template' },
      { name: 'all', short: 'a', takes: 'bool', does: 'ignore', why: NO_IMAGES },
      { name: 'digests', takes: 'bool', does: 'ignore', why: NO_IMAGES },
      { name: 'no-trunc', takes: 'bool', does: 'ignore', why: NO_IMAGES },
      { name: 'tree', takes: 'bool', does: 'ignore', why: NO_IMAGES },
      QUIET,
      HELP,
    ],
    words: { least: 0, most: 1, rule: 'requires at most 1 argument' },
    read: (line) => ({
      kind: 'imageList',
      quiet: isOn(line, 'quiet'),
      filters: [...allValues(line, 'filter'), ...line.words.map((word) => `reference=${word}`)],
      ...format(line),
    }),
  },
  {
    names: ['image inspect'],
    flags: [FORMAT, PLATFORM, HELP],
    words: { least: 1, most: Infinity, rule: 'requires at least 1 argument' },
    read: (line) => ({ kind: 'imageInspect', images: line.words, ...format(line) }),
  },
  {
    names: ['image pull', 'pull'],
    flags: [
      { name: 'all-tags', short: 'a', takes: 'bool', does: 'refuse', why: 'a node pulls what a Pod names' },
      { name: 'disable-content-trust', takes: 'bool', does: 'ignore', why: 'docker ignores it, too' },
      PLATFORM,
      QUIET,
      HELP,
    ],
    words: { least: 1, most: 1, rule: 'requires 1 argument' },
    read: (line: Line): QueryCommand => {
      const [image = ''] = line.words
      return { kind: 'imagePull', image, quiet: isOn(line, 'quiet'), ...platform(line) }
    },
  },
]

export function findSubcommand(name: string): Subcommand | undefined {
  return SUBCOMMANDS.find(({ names }) => names.includes(name))
}

/** `argv` is what follows the subcommand's `name`. */
export function parseSubcommand(subcommand: Subcommand, name: string, argv: readonly string[]): QueryCommand {
  const { flags, words } = tokenize(argv, subcommand.flags, { interspersed: true })
  if (asksForHelp(flags)) return { kind: 'help' }
  const line = { ...collect(flags), words }
  const { least, most, rule } = subcommand.words
  // docker's exit status for a wrong number of arguments is 1, not that of a wrong flag.
  if (words.length < least || words.length > most) {
    throw new RunError('USAGE', { problem: `'docker ${name}' ${rule}` }, { exit: 1 })
  }
  return subcommand.read(line)
}

function format(line: Line): { readonly format?: string } {
  const format = lastValue(line, 'format')
  return format === undefined ? {} : { format }
}

function platform(line: Line): { readonly platform?: string } {
  const platform = lastValue(line, 'platform')
  return platform === undefined ? {} : { platform }
}
