import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { RunError } from '../../src/errors/run-error.ts'
import type { BindMount } from '../../src/request/mounts/mount.ts'
import { type Outcome, runOn } from '../doubles/run-on.ts'
import { temporaryFolder } from '../mounts/support/tree-on-disk.ts'
import { TARGET } from './mounted-tree.ts'
import type { RunPlan } from './plan.ts'
import { type FaultProxy, faultProxy } from './proxy/fault-proxy.ts'
import { type Strike, Strikes } from './proxy/strikes.ts'
import { announced, type Verdict, verdictOn } from './verdict.ts'
import type { World } from './world.ts'

/** What came of one planned run. */
export interface Ended {
  readonly plan: RunPlan
  readonly verdict: Verdict
  readonly ms: number
  /** How often each of its faults took effect. */
  readonly struck: ReadonlyMap<string, number>
  /** Objects that were left, and said so: for a sweep. */
  readonly leftToSweep: number
  readonly reason: string
}

/** A run that has not ended so long after its deadline never will. */
const HANGS_MS = 20_000
/** Of an upload: well before the deadline. */
const STALL_MS = 3_000

export async function oneRun(plan: RunPlan, world: World): Promise<Ended> {
  const start = performance.now()
  const struck = new Map<string, number>()
  const strikes = new Strikes(plan.faults.flatMap(({ fault }) => strikeOf(fault) ?? []))
  const onStruck = (kind: string, times = 1): void => void struck.set(kind, (struck.get(kind) ?? 0) + times)
  await using place = await world.place(plan, onStruck)
  const { identity } = world
  await using proxy = await faultProxy({ upstream: place.upstream, strikes, ...(identity && { identity }) })
  const runIds: string[] = []
  using folder = temporaryFolder()
  const caller = interruptions(plan, onStruck)
  const source = join(folder.path, 'tree')
  plan.shape.tree?.make(source)
  const outcome = await Promise.race([
    runThrough(proxy, { source, plan, world, runIds, interrupted: caller.signal }),
    sleep(plan.deadlineMs + HANGS_MS, 'it did not end' as const, { ref: false }),
  ]).catch((error: unknown) => String(error))
  caller.forget()
  for (const { kind, fault } of plan.faults) {
    const strike = strikeOf(fault)
    if (strike && strikes.struck(strike) > 0) onStruck(kind, strikes.struck(strike))
  }
  const ended = { plan, struck, ms: performance.now() - start }
  if (typeof outcome === 'string')
    return { ...ended, leftToSweep: 0, reason: '', verdict: { kind: 'wrong', why: outcome } }

  const told = announced(outcome)
  const left = await place.remains(runIds)
  await place.sweep(left)
  const untold = left.filter((name) => !told.includes(name))
  const verdict = tooMuch(proxy, plan) ?? leak(untold) ?? verdictOn(outcome, plan.shape)
  const reason = outcome.error?.message ?? ''
  return { ...ended, verdict, leftToSweep: left.length - untold.length, reason }
}

function strikeOf(fault: RunPlan['faults'][number]['fault']): Strike | undefined {
  if (fault.by === 'proxy') return fault.strike
  return fault.by === 'server' ? fault.sight : undefined
}

/** As fixtures/functions/images.yaml has them. */
const ENTRYPOINTS = {
  cat: ['cat'],
  generate: ['/functions/generate'],
  probe: ['/probe'],
} as const

interface Run {
  readonly plan: RunPlan
  readonly world: World
  /** Filled as the run, and its second attempt, are named. */
  readonly runIds: string[]
  readonly interrupted: AbortSignal
  /** Where the folder is that the function has mounted. */
  readonly source: string
}

function runThrough(proxy: FaultProxy, { plan, world, runIds, interrupted, source }: Run): Promise<Outcome> {
  const { lane, shape, rerun, secret, deadlineMs, bySpdy, packed } = plan
  const newRunId = (): string => {
    const id = randomBytes(5).toString('hex')
    runIds.push(id)
    return id
  }
  const { credentials } = proxy
  const words = [...(secret ? ['-e', 'TOKEN'] : []), world.image(shape.image), ...shape.words]
  return runOn(
    { url: credentials.server },
    {
      argv: ['-i', '--network', 'none', ...words],
      env: { TOKEN: 's3cret' },
      stdin: Readable.from(inputOf(plan, proxy)),
      request: { deadlineMs, lane, ...(shape.tree && { mounts: [mountOf(source)] }) },
      host: {
        api: new ApiClient(credentials),
        namespace: world.namespace,
        newRunId,
        rerun,
        interrupted,
        stallMs: STALL_MS,
        spdyFromBytes: bySpdy ? 0 : Infinity,
        ...(!packed && { packUploads: false }),
        imageConfig: () => Promise.resolve({ entrypoint: ENTRYPOINTS[shape.image], cmd: [], env: [] }),
      },
    },
  )
}

function mountOf(source: string): BindMount {
  return { kind: 'bind', source, target: TARGET, readOnly: true, createSource: false }
}

async function* inputOf(
  { shape: { input }, pauseMs, deadlineMs }: RunPlan,
  { attached }: FaultProxy,
): AsyncGenerator<Buffer, void, undefined> {
  const half = Math.floor(input.length / 2)
  yield input.subarray(0, half)
  if (pauseMs > 0) {
    await Promise.race([attached, sleep(deadlineMs, undefined, { ref: false })])
    await sleep(pauseMs)
  }
  yield input.subarray(half)
}

/** The caller's own doing. */
function interruptions(
  { faults }: RunPlan,
  onStruck: (kind: string) => void,
): { signal: AbortSignal; forget: () => void } {
  const controller = new AbortController()
  const timers = faults.flatMap(({ kind, fault }) =>
    fault.by === 'caller'
      ? [
          setTimeout(() => {
            onStruck(kind)
            controller.abort(new RunError('INTERRUPTED', { by: 'SIGTERM' }, { exit: 143 }))
          }, fault.interruptsAfterMs),
        ]
      : [],
  )
  return { signal: controller.signal, forget: () => timers.forEach((timer) => clearTimeout(timer)) }
}

/** attach and resize requests are bounded for each Pod. */
function tooMuch(proxy: FaultProxy, { shape }: RunPlan): Verdict | undefined {
  const pods = Math.max(1, proxy.count('create pods'))
  const attaches = proxy.count('get pods/attach') + proxy.count('get pods/exec')
  const nudges = proxy.count('patch pods/resize')
  if (attaches <= 44 * pods && nudges <= (shape.tree ? 6 : 3) * pods) return undefined
  return { kind: 'wrong', why: `${attaches} attaches and ${nudges} nudges of ${pods} Pods` }
}

function leak(untold: readonly string[]): Verdict | undefined {
  return untold.length > 0 ? { kind: 'leaked', why: untold.join(', ') } : undefined
}
