import { lastValue } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { millicores } from '../kube/quantity.ts'
import type { Settings } from '../settings/settings.ts'
import { badValue } from './bad-value.ts'

// docker's own minimum, 0.01.
const MIN_MILLICORES = 10

/** --cpus is the limit. Kubernetes refuses a request above it, so the default request goes down with it. */
export function resolveCpu(argv: ParsedArgv, { resources }: Settings): { request: string; limit?: string } {
  const { requests, limits } = resources
  const wish = cpus(argv)
  if (wish === undefined)
    return { request: requests.cpu, ...(limits.cpu !== undefined && { limit: limits.cpu }) }
  const limit = `${wish}m`
  return { request: wish < (millicores(requests.cpu) ?? 0) ? limit : requests.cpu, limit }
}

/** Millicores, rounded up: Kubernetes knows nothing finer. docker takes 0 for "not set". */
function cpus(argv: ParsedArgv): number | undefined {
  const text = lastValue(argv, 'cpus')
  if (text === undefined) return undefined
  const number = /^(?=.*\d)\d{0,6}\.?\d{0,9}$/.test(text) ? Number(text) : Number.NaN
  if (number === 0) return undefined
  // To nine decimals, as docker counts, before rounding up: 1.001 * 1000 is a little more than 1001.
  const milli = Math.ceil(Number((number * 1000).toFixed(6)))
  if (milli >= MIN_MILLICORES) return milli
  throw badValue('--cpus', text, 'a number of CPUs, at least 0.01')
}
