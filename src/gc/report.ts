import type { Expired } from './select.ts'
import type { Fate, SweepResult } from './sweep.ts'

/** What `krmpod gc` says: on stdout what it did, a line for each Pod and one in the end; on stderr what failed. */
export function gcReport({ expired, inUse }: SweepResult): { stdout: string; stderr: string } {
  const lines = expired.map(({ pod, fate }) => ({ isError: fate.kind === 'failed', line: lineOf(pod, fate) }))
  const removed = expired.filter(({ fate }) => fate.kind === 'removed' || fate.kind === 'found').length
  const dryRun = expired.some(({ fate }) => fate.kind === 'found')
  const total = `${removed} expired ${removed === 1 ? 'Pod' : 'Pods'} ${dryRun ? 'would be deleted' : 'deleted'}, ${inUse} that may be in use left alone.`
  return {
    stdout: text([...lines.filter(({ isError }) => !isError).map(({ line }) => line), total]),
    stderr: text(lines.filter(({ isError }) => isError).map(({ line }) => line)),
  }
}

function lineOf({ namespace, name, expiredForMs, kept }: Expired, fate: Fate): string {
  const since = `expired ${duration(expiredForMs)} ago${kept ? ', was kept by --keep' : ''}`
  return `pod/${name} in ${namespace}: ${since}: ${OUTCOME[fate.kind]}${fate.kind === 'failed' ? `: ${reason(fate.error)}` : ''}`
}

const OUTCOME = {
  found: 'would be deleted',
  removed: 'deleted',
  gone: 'was gone already',
  changed: 'has changed meanwhile, left alone',
  failed: 'could not be deleted',
} as const satisfies Record<Fate['kind'], string>

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** As kubectl writes ages: `42s`, `5m`, `3h`, `2d`. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
