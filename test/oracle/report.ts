import type { Verdict } from './compare.ts'
import type { Series } from './series.ts'

export interface Row {
  readonly name: string
  readonly verdict: Verdict
}

/** The differences as a table, for people. */
export function table(rows: readonly Row[]): string {
  const cells = rows.flatMap(({ name, verdict }) => lines(verdict).map((line) => [name, ...line]))
  if (cells.length === 0) return ''
  const all = [['case', 'why', 'part', 'docker', 'krmpod'], ...cells]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((line) => line[column]?.length ?? 0)))
  return all
    .map(
      (line) =>
        line
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('')
}

function lines(verdict: Verdict): readonly (readonly string[])[] {
  switch (verdict.kind) {
    case 'equal':
      return []
    case 'documented':
      return verdict.parts.map(({ part, docker, krmpod }) => [verdict.key, part, docker, krmpod])
    case 'undocumented':
      return verdict.parts.map(({ part, docker, krmpod }) => ['NOT DOCUMENTED', part, docker, krmpod])
    case 'gone':
      return verdict.parts.map(({ part, docker, krmpod }) => [`GONE: ${verdict.key}`, part, docker, krmpod])
    case 'pointless':
      return [['POINTLESS', '', verdict.why, '']]
  }
}

/** The last line. */
export function totals(rows: readonly Row[], early: readonly Series[]): string {
  const count = (kind: Verdict['kind']): number => rows.filter(({ verdict }) => verdict.kind === kind).length
  const sum = (of: 'exact' | 'of'): number => early.reduce((total, series) => total + series[of], 0)
  return [
    `oracle: ${rows.length} cases`,
    `${count('equal')} equal`,
    `${count('documented')} different as documented`,
    `${count('undocumented')} different and not documented`,
    `${count('gone')} documented and not different`,
    `${count('pointless')} pointless`,
    `early speakers: ${sum('exact')} of ${sum('of')} exact`,
  ].join(', ')
}
