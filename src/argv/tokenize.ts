import { cut } from './cut.ts'
import { type Flag, flagLabel } from './flag.ts'
import { invalidArgument, usageError } from './usage.ts'

/** One flag as it was given. */
export interface FlagWord {
  readonly flag: Flag
  /** `--net`, or `-i` for a letter of `-it`. */
  readonly spelled: string
  /** Of a boolean: `true` or `false`. */
  readonly value: string
}

export interface Tokens {
  readonly flags: readonly FlagWord[]
  readonly words: readonly string[]
}

interface Grammar {
  /** Flags may also come after words (pflag's default). `docker run` stops at its first word, the image. */
  readonly interspersed: boolean
}

/** Splits a command line as spf13/pflag does, with its error texts. */
export function tokenize(argv: readonly string[], table: readonly Flag[], grammar: Grammar): Tokens {
  // Still to be read, the next one last: taking from the front is slow in long arrays.
  const ahead = argv.toReversed()
  const flags: FlagWord[] = []
  const words: string[] = []
  for (let word = ahead.pop(); word !== undefined; word = ahead.pop()) {
    if (word === '--') break
    if (word.startsWith('--')) flags.push(longFlag(word, ahead, table))
    else if (word.startsWith('-') && word !== '-') {
      for (const flag of shortFlags(word, ahead, table)) flags.push(flag)
    } else {
      words.push(word)
      if (!grammar.interspersed) break
    }
  }
  return { flags, words: [...words, ...ahead.reverse()] }
}

// Looked for in the table itself: to make an index of a hundred flags takes longer than to find the few of one call.
function longFlag(word: string, ahead: string[], table: readonly Flag[]): FlagWord {
  if (/^--[-=]/.test(word)) throw usageError(`bad flag syntax: ${word}`)
  const [spelled, given] = cut(word, '=')
  const named = spelled.slice('--'.length)
  const flag = table.find(({ name, aliases }) => name === named || aliases?.includes(named))
  if (!flag) throw usageError(`unknown flag: ${spelled}`)
  const value = given ?? (flag.takes === 'bool' ? 'true' : ahead.pop())
  if (value === undefined) throw usageError(`flag needs an argument: ${spelled}`)
  return flagWord(flag, spelled, value)
}

/** `-i`, `-it`, `-eK=V`, `-e=K=V`, `-e K`, `-ie K`: a flag that takes a value takes the rest of the word. */
function* shortFlags(word: string, ahead: string[], table: readonly Flag[]): Generator<FlagWord> {
  let letters = word.slice(1)
  while (letters !== '') {
    const [letter = ''] = letters
    const flag = table.find(({ short }) => short === letter)
    if (!flag) throw usageError(`unknown shorthand flag: '${letter}' in -${letters}`)
    const rest = letters.slice(letter.length)
    // pflag: a `=` with nothing behind it assigns nothing; it is the value, or the next letter.
    const assigned = /^=./s.test(rest)
    const last = assigned || flag.takes === 'value'
    const value = assigned ? rest.slice(1) : flag.takes === 'bool' ? 'true' : rest || ahead.pop()
    if (value === undefined) throw usageError(`flag needs an argument: '${letter}' in -${letters}`)
    yield flagWord(flag, `-${letter}`, value)
    letters = last ? '' : rest
  }
}

function flagWord(flag: Flag, spelled: string, value: string): FlagWord {
  return { flag, spelled, value: flag.takes === 'bool' ? boolValue(flag, value) : value }
}

// strconv.ParseBool
const TRUE: readonly string[] = ['1', 't', 'T', 'true', 'TRUE', 'True']
const FALSE: readonly string[] = ['0', 'f', 'F', 'false', 'FALSE', 'False']

function boolValue(flag: Flag, value: string): 'true' | 'false' {
  if (TRUE.includes(value)) return 'true'
  if (FALSE.includes(value)) return 'false'
  const cause = `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`
  throw invalidArgument(flagLabel(flag), value, cause)
}
