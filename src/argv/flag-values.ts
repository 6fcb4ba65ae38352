import type { ParsedArgv } from './parsed-argv.ts'

type Flags = Pick<ParsedArgv, 'flags'>

/** All values of a flag that may be repeated, in order. */
export function allValues({ flags }: Flags, name: string): readonly string[] {
  return flags.get(name) ?? []
}

/** The value of a flag that has one: the last one given wins. */
export function lastValue({ flags }: Flags, name: string): string | undefined {
  return flags.get(name)?.at(-1)
}

/** A boolean flag that is on: those switched off are not in the map. */
export function isOn({ flags }: Flags, name: string): boolean {
  return flags.has(name)
}
