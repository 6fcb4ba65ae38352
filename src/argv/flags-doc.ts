import { type Flag, flagLabel } from './flag.ts'
import { RUN_FLAGS } from './flags.ts'
import { GLOBAL_FLAGS } from './global-flags.ts'
import { OWN_FLAGS } from './own-flags.ts'

/** docs/flags.md. */
export function renderFlagsDoc(): string {
  return `${[
    '# Flags',
    '',
    'Every flag of `docker run` (docker CLI 29) and what becomes of it when the function runs as a Pod.',
    'Generated from the tables in `src/argv` by `npm run docs`.',
    'A flag that would weaken isolation or change the result is refused, never ignored: exit status 125, and',
    '`docker: --X is not supported when running functions as Pods (why)`.',
    '',
    ...sections('`docker run`', RUN_FLAGS),
    '## `krmpod run`: its own flags',
    '',
    'They come on top of those above. `docker` does not know them.',
    ...table(['flag', 'meaning'], OWN_FLAGS.flatMap(mappedRow)),
    ...sections('`docker`, before the command', GLOBAL_FLAGS),
  ].join('\n')}\n`
}

function sections(of: string, flags: readonly Flag[]): readonly string[] {
  return [
    `## ${of}: accepted`,
    ...table(['flag', 'in a Pod'], flags.flatMap(mappedRow)),
    `## ${of}: accepted, without effect`,
    ...table(
      ['flag', 'why'],
      flags.flatMap((flag) => (flag.does === 'ignore' ? [row(flag, flag.why)] : [])),
    ),
    `## ${of}: refused`,
    ...table(['flag', 'why'], flags.flatMap(refusedRows)),
  ]
}

type Row = readonly [string, string]

function mappedRow(flag: Flag): readonly Row[] {
  return flag.does === 'map' ? [row(flag, flag.help)] : []
}

function refusedRows(flag: Flag): readonly Row[] {
  if (flag.does === 'refuse') return [row(flag, flag.why)]
  return flag.accepts ? [[`${code(flag)}: ${flag.accepts.refused}`, flag.accepts.why]] : []
}

function row(flag: Flag, text: string): Row {
  return [code(flag), text]
}

function code(flag: Flag): string {
  const names = [flagLabel(flag), ...(flag.aliases ?? []).map((alias) => `--${alias}`)]
  return names.map((name) => `\`${name}\``).join(', ')
}

function table(head: Row, rows: readonly Row[]): readonly string[] {
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return ['', line(head), '| --- | --- |', ...rows.map(line), '']
}
