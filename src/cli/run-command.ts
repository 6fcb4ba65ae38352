import type { Readable } from 'node:stream'
import { namesLocalFiles } from '../argv/local-files.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { elapsedMs } from '../cluster/elapsed.ts'
import { explainResult } from '../result/explain.ts'
import { type Phase, Trace } from '../session/trace.ts'
import { answer } from './answer.ts'
import { type Interruptions, watchCaller } from './interruptions.ts'
import { ask } from './prepare.ts'

export interface RunOptions {
  /** krmpod's own flags, as settings. */
  readonly flags?: Readonly<Record<string, string>>
  readonly keep?: boolean
  /** docker says nothing of what it makes no difference to; a person who tries a function out wants to know. */
  readonly onWarning?: (warning: string) => void
  readonly onPhase?: (phase: Phase, detail?: string) => void
  readonly onEnd?: (trace: Trace) => void
  /** What was read of this process's stdin before. */
  readonly stdin?: Readable
  /** What bin/from-cache.sh named it. */
  readonly call?: string
  /** A watch that was begun before. */
  readonly interruptions?: Interruptions
}

/** One function run with this process's streams, environment and signals; resolves to its exit status. */
export async function runCommand(argv: ParsedArgv, options: RunOptions = {}): Promise<number> {
  const interruptions = options.interruptions ?? watchCaller()
  const trace = new Trace(elapsedMs, options.onPhase)
  try {
    const asked = await ask(argv, options.flags)
    const { request } = asked
    for (const warning of request.warnings) options.onWarning?.(warning)
    const result = await answer(asked, {
      trace,
      interrupted: interruptions.signal,
      keep: options.keep ?? false,
      ...(options.stdin && { stdin: options.stdin }),
      ...(options.call && !namesLocalFiles(argv) && { call: options.call }),
      ...(options.onWarning && { onHint: options.onWarning }),
    })
    process.stderr.write(explainResult(result, request.resources.limits.memory) ?? '')
    return result.exitCode
  } finally {
    interruptions.close()
    options.onEnd?.(trace)
  }
}
