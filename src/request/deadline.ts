import type { Settings } from '../settings/settings.ts'
import { parseDuration } from '../settings/value-types.ts'
import { type Environment, lookUp } from './environment.ts'

/** A process above us. */
export interface Ancestor {
  /** As the kernel has it: at most 15 characters of the file's name. */
  readonly name: string
  /** How long it had been there when this run began. */
  readonly ageMs: number
}

export interface Deadline {
  /** What is left for this run, from its start; not above zero: nothing. */
  readonly deadlineMs: number
  /** Whose limit it is, as in "the run did not end within …". */
  readonly deadlineName: string
}

interface Caller {
  readonly env: Environment
  /** The parent first; empty where they cannot be seen. */
  readonly ancestors: readonly Ancestor[]
}

/** When somebody else ends the run, and from when on they count. */
interface Limit {
  readonly name: string
  readonly ms: number
  /** Ahead of it, for deleting the Pod and for saying why. */
  readonly lessMs: number
  /** Undefined: this run itself. */
  readonly countedFrom?: Ancestor | undefined
}

const LESS_MS = 5_000
// kptdev/kpt, pkg/fn/runtime/container.go: defaultLongTimeout, for each function, then SIGKILL.
const KPT_MS = 300_000
const KPT_LESS_MS = 10_000
// argoproj/argo-cd, util/exec/exec.go: for a whole `kustomize build`, then SIGKILL.
const ARGOCD_EXEC_MS = 90_000
// The gRPC deadline of a plugin's request (controller.repo.server.timeout.seconds), over init and generate.
const ARGOCD_PLUGIN_MS = 60_000

/** The least of what was set and what the caller allows: a run ends by itself, with a reason, before it is killed. */
export function deadlineOf(
  settings: Pick<Settings, 'deadlineMs' | 'callerTimeout'>,
  caller: Caller,
): Deadline {
  const own = { name: `its deadline of ${seconds(settings.deadlineMs)}`, ms: settings.deadlineMs, lessMs: 0 }
  const all = [own, ...callerLimits(settings.callerTimeout, caller)].map(deadline)
  return all.reduce((least, other) => (other.deadlineMs < least.deadlineMs ? other : least))
}

function deadline({ name, ms, lessMs, countedFrom }: Limit): Deadline {
  const from =
    countedFrom && `, counted from the start of ${countedFrom.name} ${seconds(countedFrom.ageMs)} before`
  const less = lessMs > 0 ? `, less ${seconds(lessMs)}` : ''
  return { deadlineMs: ms - lessMs - (countedFrom?.ageMs ?? 0), deadlineName: `${name}${less}${from ?? ''}` }
}

function callerLimits(timeout: Settings['callerTimeout'], caller: Caller): readonly Limit[] {
  if (timeout === 'off') return []
  if (timeout === 'auto') return [kpt(caller), argocd(caller)].filter((limit) => limit !== undefined)
  const name = `the caller's ${seconds(timeout)} (callerTimeout)`
  const countedFrom = isKpt(caller) ? undefined : buildOf(caller)
  return [{ name, ms: timeout, lessMs: LESS_MS, countedFrom }]
}

function kpt(caller: Caller): Limit | undefined {
  if (!isKpt(caller)) return undefined
  return { name: `kpt's ${seconds(KPT_MS)} for a function`, ms: KPT_MS, lessMs: KPT_LESS_MS }
}

function argocd(caller: Caller): Limit | undefined {
  const { env } = caller
  const execTimeout = lookUp(env, 'ARGOCD_EXEC_TIMEOUT')
  if (!execTimeout && !lookUp(env, 'ARGOCD_APP_NAME')) return undefined
  const countedFrom = buildOf(caller)
  if (isPlugin(caller)) {
    const name = `Argo CD's ${seconds(ARGOCD_PLUGIN_MS)} for a plugin`
    return { name, ms: ARGOCD_PLUGIN_MS, lessMs: LESS_MS, countedFrom }
  }
  const ms = parseDuration(execTimeout ?? '') ?? ARGOCD_EXEC_MS
  // Go: a timeout of 0 is none.
  return ms === 0
    ? undefined
    : { name: `Argo CD's ${seconds(ms)} for a build`, ms, lessMs: LESS_MS, countedFrom }
}

/** Also as its releases name it, `kpt_linux_amd64`. */
function isKpt({ ancestors: [parent] }: Caller): boolean {
  return /^kpt(_|$)/.test(parent?.name ?? '')
}

/** Both servers are one program by two names; where neither can be seen, only a plugin is told of KUBE_VERSION. */
function isPlugin({ env, ancestors }: Caller): boolean {
  const server = ancestors.find(isArgocd)
  return server ? server.name.startsWith('argocd-cmp') : lookUp(env, 'KUBE_VERSION') !== undefined
}

function isArgocd({ name }: Ancestor): boolean {
  return name.startsWith('argocd')
}

/** What the caller's clock has been running for: what Argo CD started, else kustomize. Undefined: this run alone. */
function buildOf({ ancestors }: Caller): Ancestor | undefined {
  const server = ancestors.findIndex(isArgocd)
  return server < 0 ? ancestors.find(isKustomize) : ancestors[server - 1]
}

function isKustomize({ name }: Ancestor): boolean {
  return /^(kustomize|kubectl)/.test(name)
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
