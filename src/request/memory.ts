import { lastValue } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import type { Settings } from '../settings/settings.ts'
import { badValue } from './bad-value.ts'
import { bytesToQuantity, quantityToBytes } from './bytes.ts'
import { parseSize } from './size.ts'

// docker's own minimum: its daemon refuses less.
const MIN_BYTES = 6 * 1024 ** 2

/** --memory is the limit, --memory-reservation the request. Kubernetes refuses a request above the limit. */
export function resolveMemory(argv: ParsedArgv, { resources }: Settings): { request: string; limit: string } {
  const limit = memory(argv, 'memory') ?? resources.limits.memory
  const reservation = memory(argv, 'memory-reservation')
  const request = reservation ?? resources.requests.memory
  if (!(quantityToBytes(request) > quantityToBytes(limit))) return { request, limit }
  if (reservation === undefined) return { request: limit, limit }
  throw badValue('--memory-reservation', reservation, `at most the memory limit, ${limit}`)
}

/** Bytes; docker takes 0 for "not set". */
export function resolveShm(argv: ParsedArgv): { shmBytes?: number } {
  const text = lastValue(argv, 'shm-size') ?? '0'
  const shmBytes = parseSize('--shm-size', text)
  return shmBytes === 0 ? {} : { shmBytes }
}

function memory(argv: ParsedArgv, flag: string): string | undefined {
  const text = lastValue(argv, flag) ?? '0'
  const bytes = parseSize(`--${flag}`, text)
  if (bytes === 0) return undefined
  if (bytes >= MIN_BYTES) return bytesToQuantity(bytes)
  throw badValue(`--${flag}`, text, 'at least 6m')
}
