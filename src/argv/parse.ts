import { RunError } from '../errors/run-error.ts'
import { asksForHelp, collect } from './collect.ts'
import type { Flag } from './flag.ts'
import { RUN_FLAGS } from './flags.ts'
import type { ParsedArgv } from './parsed-argv.ts'
import { tokenize } from './tokenize.ts'

export type RunCommand = { readonly kind: 'run'; readonly argv: ParsedArgv } | { readonly kind: 'runHelp' }

/** The words after `docker run`, or after `krmpod run` with its larger table. */
export function parse(words: readonly string[], table: readonly Flag[] = RUN_FLAGS): RunCommand {
  const tokens = tokenize(words, table, { interspersed: false })
  if (asksForHelp(tokens.flags)) return { kind: 'runHelp' }
  const { flags, ignored } = collect(tokens.flags)
  const [image, ...command] = tokens.words
  if (image === undefined) throw new RunError('NO_IMAGE', undefined)
  return { kind: 'run', argv: { image, command, flags, ignored } }
}
