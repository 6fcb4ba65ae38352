import { krmpodRunHelp } from '../../argv/help.ts'
import { KRMPOD_RUN_FLAGS, ownFlags } from '../../argv/own-flags.ts'
import { parse } from '../../argv/parse.ts'
import { plain } from '../../result/explain.ts'
import { renderPlan } from '../../run/dry-run.ts'
import { planRun } from '../../run/plan-run.ts'
import { sourcesOf } from '../../run/sources.ts'
import type { PhaseTiming } from '../../session/trace.ts'
import { phaseLine } from '../phase-line.ts'
import { ask, prepareHost } from '../prepare.ts'
import { print } from '../print.ts'
import { runCommand } from '../run-command.ts'

/** `krmpod run`: docker's `run`, and what helps a person who is trying a function out. */
export async function runForPeople(words: readonly string[]): Promise<number> {
  const command = parse(words, KRMPOD_RUN_FLAGS)
  if (command.kind === 'runHelp') return said(krmpodRunHelp())
  const own = ownFlags(command.argv)
  const flags = settingFlags(own)
  if (own.dryRun) {
    const { request, settings } = await ask(command.argv, flags)
    const host = await prepareHost(settings)
    const sources = await sourcesOf(request)
    const plan = await planRun(request, { ...host, ...(sources && { uploads: sources.planned }) })
    for (const warning of [...request.notices, ...(sources?.warnings ?? []), ...request.warnings])
      warn(warning)
    return said(await renderPlan(plan))
  }
  const line = phaseLine(process.stderr)
  return runCommand(command.argv, {
    flags,
    keep: own.keep,
    onPhase: line.show,
    onWarning: warn,
    onEnd: (trace) => {
      line.clear()
      if (own.timings) process.stderr.write(timingTable(trace.timings()))
    },
  })
}

function warn(warning: string): void {
  process.stderr.write(`krmpod: warning: ${plain(warning)}\n`)
}

function settingFlags({
  namespace,
  context,
  deadline,
  cacheMaxBytes,
}: ReturnType<typeof ownFlags>): Record<string, string> {
  return {
    ...(namespace !== undefined && { namespace }),
    ...(context !== undefined && { context }),
    ...(deadline !== undefined && { deadline }),
    ...(cacheMaxBytes !== undefined && { 'cache.maxBytes': cacheMaxBytes }),
  }
}

function timingTable(timings: readonly PhaseTiming[]): string {
  const total = timings.reduce((sum, { ms }) => sum + ms, 0)
  const rows = [...timings.map(({ phase, ms }) => [phase, ms] as const), ['total', total] as const]
  return rows
    .map(([phase, ms]) => `${phase.padEnd(28)}${Math.round(ms).toString().padStart(8)} ms\n`)
    .join('')
}

async function said(text: string): Promise<number> {
  await print(text)
  return 0
}
