import { RunError } from '../errors/run-error.ts'
import type { Flag } from './flag.ts'
import type { ParsedArgv } from './parsed-argv.ts'
import type { FlagWord } from './tokenize.ts'

/** What a table makes of the flags that were given: values to map, names that were ignored; or a refusal. */
export function collect(given: readonly FlagWord[]): Pick<ParsedArgv, 'flags' | 'ignored'> {
  const flags = new Map<string, readonly string[]>()
  const ignored: string[] = []
  for (const [flag, words] of effective(given)) {
    for (const word of words) refuse(word)
    if (flag.does === 'ignore') ignored.push(...new Set(words.map((word) => word.spelled)))
    else if (words.length > 0)
      flags.set(
        flag.name,
        words.map((word) => word.value),
      )
  }
  return { flags, ignored }
}

/** `--help` goes before all refusals. */
export function asksForHelp(given: readonly FlagWord[]): boolean {
  return given.findLast(({ flag }) => flag.name === 'help')?.value === 'true'
}

/** By flag. Of a boolean only the last word counts, and one that is off is as good as not given. */
function effective(given: readonly FlagWord[]): ReadonlyMap<Flag, readonly FlagWord[]> {
  const byFlag = new Map<Flag, FlagWord[]>()
  for (const word of given) {
    const words = byFlag.get(word.flag) ?? []
    byFlag.set(word.flag, words)
    if (word.flag.takes === 'bool') words.length = 0
    if (word.value !== 'false' || word.flag.takes === 'value') words.push(word)
  }
  return byFlag
}

function refuse({ flag, spelled, value }: FlagWord): void {
  if (flag.does === 'refuse') throw new RunError('FLAG_REFUSED', { flag: spelled, why: flag.why })
  if (!flag.accepts || flag.accepts.values.test(value)) return
  const shown = /^[\w:=./-]+$/.test(value) ? value : JSON.stringify(value)
  throw new RunError('FLAG_REFUSED', { flag: `${spelled} ${shown}`, why: flag.accepts.why })
}
