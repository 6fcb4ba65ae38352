import type { Ended } from './one-run.ts'
import { VERDICTS, type Verdict } from './verdict.ts'

/** Of each fault: its runs, in how many of them it took effect, and how those came out. */
export function renderReport(all: readonly Ended[], kinds: readonly string[]): string {
  const header = ['fault', 'planned', 'took effect', ...VERDICTS]
  const rows = kinds.map((kind) => rowOf(kind, all))
  const none = all.filter(({ struck }) => struck.size === 0)
  const table = [header, ...rows, ['(nothing)', '', String(none.length), ...counts(none)]]
  return `${aligned(table)}\n\n${reasons(all)}\n`
}

/** The kinds that took effect in fewer runs than that. */
export function rare(all: readonly Ended[], kinds: readonly string[], least: number): readonly string[] {
  return kinds.filter((kind) => all.filter(({ struck }) => struck.has(kind)).length < least)
}

/** The last line. */
export function totals(all: readonly Ended[], seconds: number): string {
  const numbers = VERDICTS.map((kind, at) => `${counts(all)[at] ?? ''} ${kind}`).join(', ')
  const swept = all.reduce((sum, { leftToSweep }) => sum + leftToSweep, 0)
  return `${all.length} runs in ${Math.round(seconds)} s: ${numbers}; ${swept} objects told of and left to a sweep\n`
}

function rowOf(kind: string, all: readonly Ended[]): readonly string[] {
  const planned = all.filter(({ plan }) => plan.faults.some((fault) => fault.kind === kind))
  const struck = planned.filter((ended) => ended.struck.has(kind))
  return [kind, String(planned.length), String(struck.length), ...counts(struck)]
}

function counts(some: readonly Ended[]): readonly string[] {
  return VERDICTS.map((wanted) => String(some.filter(({ verdict }) => verdict.kind === wanted).length))
}

/** What the clean failures said, by their codes. */
function reasons(all: readonly Ended[]): string {
  const codes = all.flatMap(({ verdict }) => (verdict.kind === 'failed clean' ? [verdict.code] : []))
  const unique = [...new Set(codes)].sort()
  return `failed clean: ${unique.map((code) => `${code} ${codes.filter((other) => other === code).length}`).join(', ')}`
}

/** One line on a run, to be found again by its seed and number. */
export function renderRun({ plan, verdict, reason, struck, ms }: Ended): string {
  const faults = plan.faults.map(
    ({ kind, fault }) => `${kind} ×${struck.get(kind) ?? 0} ${JSON.stringify(fault)}`,
  )
  const how = [
    plan.lane,
    plan.rerun ? 'run again if lost' : 'run once',
    ...(plan.secret ? ['with a Secret'] : []),
    ...(plan.pauseMs > 0 ? ['input with a pause'] : []),
  ].join(', ')
  return [
    `run ${plan.index}: ${plan.shape.name} (${how}), ${Math.round(ms)} ms: ${said(verdict)}`,
    ...faults.map((fault) => `  ${fault}`),
    ...(reason ? [`  ${reason}`] : []),
    '',
  ].join('\n')
}

function said(verdict: Verdict): string {
  if ('why' in verdict) return `${verdict.kind}: ${verdict.why}`
  return 'code' in verdict ? `${verdict.kind}: ${verdict.code}` : verdict.kind
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const cell = (text: string, at: number): string =>
    at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n')
}
