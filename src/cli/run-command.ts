import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Readable } from 'node:stream'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { resolve } from '../request/resolve.ts'
import type { RunRequest } from '../request/run-request.ts'
import { explainResult } from '../result/explain.ts'
import type { RunHost } from '../run/host.ts'
import { run } from '../run/run.ts'
import { type Phase, Trace } from '../session/trace.ts'
import type { Settings } from '../settings/settings.ts'
import { ancestors } from './ancestors.ts'
import { openCluster } from './cluster.ts'
import { homeDirectory } from './home-directory.ts'
import { type Interruptions, watchCaller } from './interruptions.ts'
import { loadSettings } from './load-settings.ts'
import { sweepBeside } from './sweep-beside.ts'

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
  /** A watch that was begun before. */
  readonly interruptions?: Interruptions
}

/** One function run with this process's streams, environment and signals; resolves to its exit status. */
export async function runCommand(argv: ParsedArgv, options: RunOptions = {}): Promise<number> {
  const interruptions = options.interruptions ?? watchCaller()
  const ended = new AbortController()
  const trace = new Trace(() => performance.now(), options.onPhase)
  try {
    const { request, host, settings } = await prepare(argv, options)
    for (const warning of request.warnings) options.onWarning?.(warning)
    const result = await run(request, {
      ...host,
      ...(options.stdin && { stdin: options.stdin }),
      trace,
      interrupted: interruptions.signal,
      keep: options.keep ?? false,
      rerun: true,
      ...(options.onWarning && { onHint: options.onWarning }),
      onCreated: () =>
        sweepBeside({ ...host, sweep: settings.sweep, deadlineMs: request.deadlineMs, signal: ended.signal }),
    })
    process.stderr.write(explainResult(result, request.resources.limits.memory) ?? '')
    return result.exitCode
  } finally {
    ended.abort()
    interruptions.close()
    options.onEnd?.(trace)
  }
}

type Prepared = Omit<RunHost, 'trace' | 'interrupted' | 'keep' | 'rerun' | 'onCreated'>

/** Settings, request and cluster: all that a run, or the printing of its plan, needs. */
export async function prepare(
  argv: ParsedArgv,
  { flags }: RunOptions,
): Promise<{ request: RunRequest; host: Prepared; settings: Settings }> {
  const settings = await loadSettings({ ...(flags && { flags }), env: process.env, home: homeDirectory() })
  const request = await requestOf(argv, settings)
  const cluster = await openCluster(settings)
  const host = {
    ...cluster,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    temporaryDirectory: tmpdir(),
    now: () => new Date(),
    newRunId,
  }
  return { request, host, settings }
}

async function requestOf(argv: ParsedArgv, settings: Settings): Promise<RunRequest> {
  const callers = settings.callerTimeout === 'off' ? [] : await ancestors()
  return resolve({
    parsed: argv,
    settings,
    env: process.env,
    readFile: (path) => readFileSync(path),
    cwd: () => process.cwd(),
    ancestors: callers,
  })
}

/** 40 random bits in letters and digits that a Pod's name may hold. */
export function newRunId(): string {
  return randomBytes(5).toString('hex')
}
