import { plain } from '../result/explain.ts'
import type { Entry } from './finding.ts'

const MARKS = { ok: 'ok', warning: 'warning', failed: 'FAILED' } as const satisfies Record<
  Entry['verdict'],
  string
>

const CHECK_WIDTH = 13
const MARK_WIDTH = 9

/** For people: a line for each finding, and below it what to do. */
export function doctorReport(entries: readonly Entry[]): string {
  return entries.flatMap(linesOf).join('')
}

export function isHealthy(entries: readonly Entry[]): boolean {
  return entries.every(({ verdict }) => verdict !== 'failed')
}

function linesOf({ check, verdict, says, remedy, details = [] }: Entry): readonly string[] {
  const indent = ' '.repeat(CHECK_WIDTH + MARK_WIDTH)
  return [
    `${check.padEnd(CHECK_WIDTH)}${MARKS[verdict].padEnd(MARK_WIDTH)}${plain(says)}\n`,
    ...details.map((line) => `${indent}  ${plain(line)}\n`),
    ...(remedy === undefined ? [] : [`${indent}${plain(remedy)}\n`]),
  ]
}
