import { badValue } from './bad-value.ts'

// In powers of 1024, with or without `b` or `ib` (docker/go-units, RAMInBytes).
const SIZE = /^(?<number>\d+\.?\d*|\.\d+) ?(?:b|(?<unit>[kmgtp])(?:i?b)?)?$/i
const UNITS = 'kmgtp'

/** `512m`, `1.5g`, `64 MiB`, `1048576`: bytes. */
export function parseSize(what: string, text: string): number {
  const { number, unit = '' } = SIZE.exec(text)?.groups ?? {}
  const power = unit === '' ? 0 : UNITS.indexOf(unit.toLowerCase()) + 1
  const bytes = Math.floor(Number(number) * 1024 ** power)
  if (Number.isSafeInteger(bytes)) return bytes
  throw badValue(what, text, 'bytes, or a number with one of the units b, k, m, g, t: 512m, 1.5g')
}
