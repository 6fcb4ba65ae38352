import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Flag } from '../../src/argv/flag.ts'
import { RUN_FLAGS } from '../../src/argv/flags.ts'
import { tokenize } from '../../src/argv/tokenize.ts'
import { isSafe, refusalOf } from './refusal-of.ts'

type Given = readonly (readonly [name: string, value: string])[]

function run(argv: readonly string[]): { flags: Given; words: readonly string[] } {
  const { flags, words } = tokenize(argv, RUN_FLAGS, { interspersed: false })
  return { flags: flags.map(({ flag, value }) => [flag.name, value]), words }
}

describe('the grammar of pflag', () => {
  test.each<[argv: string[], flags: Given, words: string[]]>([
    [[], [], []],
    [['img'], [], ['img']],
    [['--name=a', 'img'], [['name', 'a']], ['img']],
    [['--name', 'a', 'img'], [['name', 'a']], ['img']],
    [['--name=', 'img'], [['name', '']], ['img']],
    [['--name', '', 'img'], [['name', '']], ['img']],
    [['--name=a=b', 'img'], [['name', 'a=b']], ['img']],
    [['--name', '--rm', 'img'], [['name', '--rm']], ['img']],
    [['--name', '--', 'img'], [['name', '--']], ['img']],
    [['-eK=V', 'img'], [['env', 'K=V']], ['img']],
    [['-e', 'K=V', 'img'], [['env', 'K=V']], ['img']],
    [['-e=K=V', 'img'], [['env', 'K=V']], ['img']],
    [['-e', '', 'img'], [['env', '']], ['img']],
    [['-e=', 'img'], [['env', '=']], ['img']],
    [['-e==', 'img'], [['env', '=']], ['img']],
    [['-e\n', 'img'], [['env', '\n']], ['img']],
    [
      ['-it', 'img'],
      [
        ['interactive', 'true'],
        ['tty', 'true'],
      ],
      ['img'],
    ],
    [
      ['-ie', 'K', 'img'],
      [
        ['interactive', 'true'],
        ['env', 'K'],
      ],
      ['img'],
    ],
    [
      ['-ieK=V', 'img'],
      [
        ['interactive', 'true'],
        ['env', 'K=V'],
      ],
      ['img'],
    ],
    [
      ['-qi=false', 'img'],
      [
        ['quiet', 'true'],
        ['interactive', 'false'],
      ],
      ['img'],
    ],
    [['-h', 'img'], [['hostname', 'img']], []],
    [['--rm', 'false'], [['rm', 'true']], ['false']],
    [['--rm=false', 'img'], [['rm', 'false']], ['img']],
    [
      ['--rm=1', '--rm=T', '--rm=TRUE'],
      [
        ['rm', 'true'],
        ['rm', 'true'],
        ['rm', 'true'],
      ],
      [],
    ],
    [['--net', 'none', 'img'], [['network', 'none']], ['img']],
    [['--dns-opt=a', 'img'], [['dns-option', 'a']], ['img']],
    [['--', '--rm', 'img'], [], ['--rm', 'img']],
    [['--rm', '--', 'img', '--', '-i'], [['rm', 'true']], ['img', '--', '-i']],
    [['img', '--rm', '--', '-i'], [], ['img', '--rm', '--', '-i']],
    [['-', '--rm'], [], ['-', '--rm']],
    [['', '--rm'], [], ['', '--rm']],
  ])('%j gives %j and the words %j', (argv, flags, words) => {
    expect(run(argv)).toEqual({ flags, words })
  })

  test.each([
    [['--foo'], 'unknown flag: --foo'],
    [['--foo=bar'], 'unknown flag: --foo'],
    [['-qz'], "unknown shorthand flag: 'z' in -z"],
    [['-zq'], "unknown shorthand flag: 'z' in -zq"],
    [['-i='], "unknown shorthand flag: '=' in -="],
    [['-=x'], "unknown shorthand flag: '=' in -=x"],
    [['-🙂x'], "unknown shorthand flag: '🙂' in -🙂x"],
    [['--name'], 'flag needs an argument: --name'],
    [['--net'], 'flag needs an argument: --net'],
    [['-e'], "flag needs an argument: 'e' in -e"],
    [['-ie'], "flag needs an argument: 'e' in -e"],
    [['--=x'], 'bad flag syntax: --=x'],
    [['---x'], 'bad flag syntax: ---x'],
    [['--rm=x'], 'invalid argument "x" for "--rm" flag: strconv.ParseBool: parsing "x": invalid syntax'],
    [['--rm='], 'invalid argument "" for "--rm" flag: strconv.ParseBool: parsing "": invalid syntax'],
    [
      ['-t=xx'],
      'invalid argument "xx" for "-t, --tty" flag: strconv.ParseBool: parsing "xx": invalid syntax',
    ],
    [['--constructor'], 'unknown flag: --constructor'],
  ])('%j: %s', (argv, problem) => {
    expect(refusalOf(() => run(argv))).toMatchObject({ code: 'USAGE', exit: 125, message: problem })
  })

  test('a flag is remembered as it was spelled', () => {
    const { flags } = tokenize(['--net=none', '-it', '--tty'], RUN_FLAGS, { interspersed: false })
    expect(flags.map(({ spelled }) => spelled)).toEqual(['--net', '-i', '-t', '--tty'])
  })

  test('where flags may be interspersed, words do not end them', () => {
    const { flags, words } = tokenize(['a', '-q', 'b', '--', '-q'], RUN_FLAGS, { interspersed: true })
    expect(flags.map(({ flag }) => flag.name)).toEqual(['quiet'])
    expect(words).toEqual(['a', 'b', '-q'])
  })
})

describe('any command line', () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 })
  const boolText = fc.constantFrom('true', 'false')

  /** One way to write one flag: the words, and what they must give. */
  const written = fc.constantFrom(...RUN_FLAGS).chain((flag) => {
    const spellings = [flag.name, ...(flag.aliases ?? [])].map((name) => `--${name}`)
    return fc
      .tuple(fc.constantFrom(...spellings), flag.takes === 'bool' ? boolText : text, fc.nat(3))
      .map(([long, value, style]) => ({
        words: spell(flag, { long, value, style }),
        given: [flag.name, value] as const,
      }))
  })

  test('that is written from flags and words gives them back', () => {
    const rest = fc.array(text).map((words) => ['image', ...words])
    fc.assert(
      fc.property(fc.array(written), rest, fc.boolean(), (flags, words, dashes) => {
        const argv = [...flags.flatMap((flag) => flag.words), ...(dashes ? ['--'] : []), ...words]
        expect(run(argv)).toEqual({ flags: flags.map(({ given }) => given), words })
      }),
    )
  })

  test('ends with tokens or a RunError', () => {
    const piece = fc.constantFrom(
      '-',
      '--',
      '=',
      'e',
      'i',
      't',
      'rm',
      'env',
      'name',
      'true',
      '',
      ' ',
      '\0',
      'é',
    )
    const word = fc.oneof(
      fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
      text,
    )
    fc.assert(
      fc.property(fc.array(word), (argv) => isSafe(() => run(argv))),
      { numRuns: 2000 },
    )
  })

  test('of the greatest length is read in good time', () => {
    expect(run([`-${'i'.repeat(130_000)}`]).flags).toHaveLength(130_000)
    expect(run(Array<string>(200_000).fill('-eA')).flags).toHaveLength(200_000)
  })
})

interface Spelling {
  readonly long: string
  readonly value: string
  readonly style: number
}

/** `--flag value`, `--flag=value`, `-fvalue`, `-f=value`; booleans only with `=`, or alone when true. */
function spell(flag: Flag, { long, value, style }: Spelling): readonly string[] {
  if (flag.takes === 'bool') {
    if (value === 'true' && style % 2 === 0) return [flag.short && style === 2 ? `-${flag.short}` : long]
    return [`${flag.short && style === 3 ? `-${flag.short}` : long}=${value}`]
  }
  if (flag.short && value !== '' && style === 2 && !value.startsWith('=')) return [`-${flag.short}${value}`]
  if (flag.short && value !== '' && style === 3) return [`-${flag.short}=${value}`]
  return style % 2 === 0 ? [long, value] : [`${long}=${value}`]
}
