import type { Reached } from './outcome.ts'
import { MOMENTS_MS } from './script.ts'

const HEAD = 'ms after the start'
const CELL = 7

/** Destinations by moments, `open` where a Pod under `--network none` got through. */
export function tableOf(reached: readonly Reached[]): readonly string[] {
  const rows = reached.map(({ node, destination, byControl, without }) => ({
    name: `${destination} (${node})`,
    cells: without.map((open) => (open ? 'open' : '-')),
    control: byControl ? 'open' : 'not reached',
  }))
  const width = Math.max(HEAD.length, ...rows.map(({ name }) => name.length))
  const line = ({ name, cells, control }: Row): string =>
    `${name.padEnd(width)}${cells.map((cell) => cell.padStart(CELL)).join('')}  ${control}`
  const head = line({ name: HEAD, cells: MOMENTS_MS.map(String), control: 'control' })
  return [head, ...rows.map(line)]
}

interface Row {
  readonly name: string
  readonly cells: readonly string[]
  readonly control: string
}
