import { badValue } from './bad-value.ts'

// Kubernetes: user and group IDs, and seconds, are positive int32.
const MAX_INT32 = 2 ** 31 - 1

/** A decimal number from 0 to 2147483647. */
export function wholeNumber(what: string, text: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (number <= MAX_INT32) return number
  throw badValue(what, text, `a whole number from 0 to ${MAX_INT32}`)
}
