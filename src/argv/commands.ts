import { RunError } from '../errors/run-error.ts'
import { asksForHelp, collect } from './collect.ts'
import { isOn } from './flag-values.ts'
import { GLOBAL_FLAGS } from './global-flags.ts'
import { parse, type RunCommand } from './parse.ts'
import { findSubcommand, parseSubcommand, type QueryCommand, SUBCOMMANDS } from './subcommands.ts'
import { tokenize } from './tokenize.ts'

/** What a caller of `docker` may ask of krmpod. */
export type DockerCommand =
  | RunCommand
  | QueryCommand
  | { readonly kind: 'help' }
  | { readonly kind: 'versionLine' }

const RUN = ['run', 'container run']
const HELP = ['--help', '-h']
// Without a command of their own these print their help and succeed.
const GROUPS = ['container', 'image']

/** All words after `docker`. */
export function parseDocker(words: readonly string[]): DockerCommand {
  const global = tokenize(words, GLOBAL_FLAGS, { interspersed: false })
  if (asksForHelp(global.flags)) return { kind: 'help' }
  if (isOn(collect(global.flags), 'version')) return { kind: 'versionLine' }
  return parseCommand(global.words)
}

function parseCommand(words: readonly string[]): DockerCommand {
  const [first, second] = words
  if (first === 'help') return { kind: RUN.includes(words.slice(1).join(' ')) ? 'runHelp' : 'help' }
  const isGroup = first !== undefined && GROUPS.includes(first)
  if (first === undefined || (isGroup && (second === undefined || HELP.includes(second))))
    return { kind: 'help' }
  const length = isGroup ? 2 : 1
  const name = words.slice(0, length).join(' ')
  const rest = words.slice(length)
  if (RUN.includes(name)) return parse(rest)
  const subcommand = findSubcommand(name)
  if (!subcommand) throw new RunError('COMMAND_REFUSED', { command: name, supported: supported() })
  return parseSubcommand(subcommand, name, rest)
}

function supported(): string {
  return [...RUN, ...SUBCOMMANDS.flatMap(({ names }) => names)].join(', ')
}
