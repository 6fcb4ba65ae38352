import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { resolve } from '../request/resolve.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { RunHost } from '../run/host.ts'
import type { Settings } from '../settings/settings.ts'
import { ancestors } from './ancestors.ts'
import { homeDirectory } from './home-directory.ts'
import { loadSettings } from './load-settings.ts'

/** What is asked for: nothing of it needs the cluster. */
export interface Asked {
  readonly request: RunRequest
  readonly settings: Settings
}

/** `flags`: krmpod's own, as settings. */
export async function ask(argv: ParsedArgv, flags?: Readonly<Record<string, string>>): Promise<Asked> {
  const settings = await loadSettings({ ...(flags && { flags }), env: process.env, home: homeDirectory() })
  const callers = settings.callerTimeout === 'off' ? [] : await ancestors()
  const request = resolve({
    parsed: argv,
    settings,
    env: process.env,
    readFile: (path) => readFileSync(path),
    cwd: () => process.cwd(),
    ancestors: callers,
  })
  return { request, settings }
}

/** Of one run in this process. The streams: this process's own, unless others are given. */
export type Caller = Pick<RunHost, 'trace' | 'interrupted' | 'keep'> &
  Partial<Pick<RunHost, 'stdin' | 'stdout' | 'stderr' | 'onHint'>>

type Prepared = Omit<RunHost, 'trace' | 'interrupted' | 'keep' | 'rerun' | 'onCreated'>

/** The cluster and this process, for one run. What speaks to the cluster is loaded only now. */
export async function prepareHost(settings: Settings, ahead?: number): Promise<Prepared> {
  const { openCluster } = await import('./cluster.ts')
  return {
    ...(await openCluster(settings, ahead)),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    temporaryDirectory: tmpdir(),
    now: () => new Date(),
    newRunId,
  }
}

/** 40 random bits in letters and digits that a Pod's name may hold. */
export function newRunId(): string {
  return randomBytes(5).toString('hex')
}
