import { type Flag, flagLabel } from './flag.ts'
import { RUN_FLAGS } from './flags.ts'
import { GLOBAL_FLAGS } from './global-flags.ts'
import { OWN_FLAGS } from './own-flags.ts'

const WIDTH = 80

export function dockerHelp(): string {
  return lines([
    'Usage:  docker [OPTIONS] COMMAND',
    '',
    'This docker is krmpod: it runs KRM functions as Kubernetes Pods.',
    '',
    'Commands:',
    ...columns([
      ['run', 'Run a function as a Pod (also: container run)'],
      ['version', 'Show the version'],
      ['image ls', 'List local images: there are none (also: images)'],
      ['image inspect', 'Look at a local image: there is none'],
      ['image pull', 'Check that an image can be pulled (also: pull)'],
    ]),
    '',
    'Options:',
    ...columns(GLOBAL_FLAGS.flatMap(mapped)),
    '',
    ...others(GLOBAL_FLAGS),
    '',
    "Run 'docker run --help' for the options of docker run.",
  ])
}

export function dockerRunHelp(): string {
  return runHelp('docker', [['Options:', RUN_FLAGS]])
}

export function krmpodRunHelp(): string {
  return runHelp('krmpod', [
    ["krmpod's own options:", OWN_FLAGS],
    ['Options of docker run:', RUN_FLAGS],
  ])
}

function runHelp(program: string, tables: readonly (readonly [string, readonly Flag[]])[]): string {
  return lines([
    `Usage:  ${program} run [OPTIONS] IMAGE [COMMAND] [ARG...]`,
    '',
    'Run a function as a Kubernetes Pod: stdin, stdout, stderr and the exit status are its own.',
    '',
    ...tables.flatMap(([title, flags]) => [title, ...columns(flags.flatMap(mapped)), '']),
    ...others(RUN_FLAGS),
  ])
}

function mapped(flag: Flag): readonly (readonly [string, string])[] {
  if (flag.does !== 'map') return []
  const label = flag.short ? flagLabel(flag) : `    ${flagLabel(flag)}`
  return [[flag.takes === 'value' ? `${label} value` : label, flag.help]]
}

function others(flags: readonly Flag[]): readonly string[] {
  const named = (does: Flag['does']): string[] =>
    flags.filter((flag) => flag.does === does).map((flag) => `--${flag.name}`)
  return [
    'Accepted, without effect:',
    ...wrap(named('ignore')),
    '',
    'Refused (docs/flags.md says why):',
    ...wrap(named('refuse')),
  ]
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`)
}

function wrap(words: readonly string[]): readonly string[] {
  const rows: string[] = []
  let row = ''
  for (const word of words) {
    if (row && row.length + word.length + 1 > WIDTH) {
      rows.push(row)
      row = ''
    }
    row += row ? ` ${word}` : `  ${word}`
  }
  return [...rows, row]
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
