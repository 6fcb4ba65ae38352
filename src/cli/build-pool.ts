import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseDocker } from '../argv/commands.ts'
import { namesLocalFiles } from '../argv/local-files.ts'
import { type Call, Pool, type Prepared } from '../build/pool.ts'
import { isPureCall } from '../build/pure-call.ts'
import type { RunWorld } from '../build/started-run.ts'
import { type AskedPolicies, askPolicies, sharedPolicies } from '../cluster/asked-policies.ts'
import { elapsedMs } from '../cluster/elapsed.ts'
import { needsPolicy } from '../plan/network-policy.ts'
import type { Ancestor } from '../request/deadline.ts'
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
import { loadSettings } from './load-settings.ts'
import { newRunId } from './prepare.ts'
import { sweepBeside } from './sweep-beside.ts'

/** What the runs of one build share: settings, credentials, connections. */
interface Shared {
  readonly settings: Settings
  readonly cluster: Awaited<ReturnType<typeof openCluster>>
  readonly policies: () => AskedPolicies
  /** Of a `docker` that kustomize had now. */
  readonly env: NodeJS.ProcessEnv
  readonly putOff: PoolWorld['putOff']
  readonly ancestors: () => readonly Ancestor[]
  /** A run has made its Pod. */
  readonly onCreated: (request: RunRequest) => void
}

interface PoolWorld {
  /** Of the build's kustomize, which starts now. */
  readonly env: NodeJS.ProcessEnv
  readonly putOff: NonNullable<RunHost['putOff']>
}

/**
 * kustomize comes to one function after the other. Where each takes a tenth of a second, the first ones need not share
 * the processors of the API server and the node with the last, and none is waited for because of this. A parked Pod is
 * ready long before its turn.
 */
const PAUSE_MS = { fresh: 60, parked: 120 }
/** For the first requests of the first run. */
const CONNECTIONS = 2

/** The runs of one build. */
export async function openPool({ env, putOff }: PoolWorld): Promise<Pool> {
  const start = elapsedMs()
  const settings = await loadSettings({ env: process.env, home: homeDirectory() })
  const above = settings.callerTimeout === 'off' ? [] : await ancestors()
  const cluster = await openCluster(settings, CONNECTIONS)
  const shared: Shared = {
    settings,
    cluster,
    policies: sharedPolicies(() => askPolicies(cluster.api, cluster.namespace)),
    env,
    putOff,
    ancestors: () => [
      { name: 'kustomize', ageMs: elapsedMs() - start },
      ...above.map(({ name, ageMs }) => ({ name, ageMs: ageMs + elapsedMs() })),
    ],
    onCreated: sweepOnce(cluster, settings),
  }
  return new Pool({
    prepare: (call) => prepare(call, shared),
    ahead: settings.build.ahead,
    pauseMs: settings.standby.size > 0 ? PAUSE_MS.parked : PAUSE_MS.fresh,
    onLateWords: (words) => void process.stderr.write(words),
    now: elapsedMs,
  })
}

/** Undefined: its `docker` will find what is wrong, and say so. */
function prepare(call: Call, shared: Shared): Prepared | undefined {
  try {
    const request = requestOf(call, shared)
    if (!request) return undefined
    return {
      start: (world) => start(request, { shared, world }),
      deadlineMs: request.deadlineMs,
      isPure: isPureCall(call.words),
    }
  } catch {
    return undefined
  }
}

function requestOf({ words, cwd }: Call, { settings, env, ancestors }: Shared): RunRequest | undefined {
  const command = parseDocker(words)
  if (command.kind !== 'run' || namesLocalFiles(command.argv)) return undefined
  return resolve({
    parsed: command.argv,
    settings,
    env,
    readFile: (path) => readFileSync(path),
    cwd: () => {
      if (cwd === undefined) throw new Error('it has no working directory')
      return cwd
    },
    ancestors: settings.callerTimeout === 'off' ? [] : ancestors(),
  })
}

async function start(
  request: RunRequest,
  { shared, world }: { shared: Shared; world: RunWorld },
): Promise<void> {
  const begin = elapsedMs()
  await run(request, {
    ...shared.cluster,
    ...world,
    ...(needsPolicy(request) && { policies: shared.policies() }),
    temporaryDirectory: tmpdir(),
    now: () => new Date(),
    newRunId,
    trace: new Trace(() => elapsedMs() - begin, heldUp(world)),
    keep: false,
    rerun: true,
    putOff: shared.putOff,
    onCreated: () => shared.onCreated(request),
    onReleased: ({ result }) => {
      world.stderr.write(explainResult(result, request.resources.limits.memory) ?? '')
      world.onResult(result.exitCode)
    },
  })
}

/** While a Pod is only asked for, what a run waits for is room: a quota, a full node. */
function heldUp({ onHeldUp }: RunWorld): (phase: Phase, detail?: string) => void {
  return (phase, detail) => {
    if (detail !== undefined && (phase === 'creating the Pod' || phase === 'scheduling')) onHeldUp()
  }
}

/** One of a build's runs, as each docker would. */
function sweepOnce(cluster: Shared['cluster'], { sweep }: Settings): (request: RunRequest) => void {
  let isDue = true
  return ({ deadlineMs }) => {
    if (isDue) sweepBeside({ ...cluster, sweep, deadlineMs, signal: new AbortController().signal })
    isDue = false
  }
}
