import { ATTACH_LANE, type Lane } from '../plan/lane.ts'
import type { RunRequest } from '../request/run-request.ts'
import { plain } from '../result/explain.ts'
import { Attempts } from '../session/attempts.ts'
import { FreshAttachSession } from '../session/fresh-attach.ts'
import type { LaneKind } from '../session/next-lane.ts'
import type { Session } from '../session/session.ts'
import type { Target } from '../session/target.ts'
import { EarlySpeakers } from './early-speakers.ts'
import { HelperVolumes } from './helper-volumes.ts'
import type { RunHost } from './host.ts'
import { planRun } from './plan-run.ts'
import { sourcesOf } from './sources.ts'
import type { Standby } from './standby.ts'
import type { Stop } from './stop.ts'

interface World {
  readonly host: RunHost
  readonly stop: Stop
  readonly explain: (error: unknown) => unknown
}

interface NewSession {
  readonly session: Session
  /** When all went well: leaves a Pod for the next such run, where that is wanted. */
  readonly park: () => Promise<void>
}

/** The session of this request: as many attempts as its lanes allow, each with a plan, and so a Pod, of its own. */
export async function newSession(request: RunRequest, world: World): Promise<NewSession> {
  const { host } = world
  const early = new EarlySpeakers(host.memory, request.image)
  const helpers = new HelperVolumes(host.memory, host.api.credentials.server)
  const isPure = request.network === 'none' && !writesElsewhere(request) && host.rerun && !host.keep
  const dials = { made: 0 }
  const sources = host.sources ?? (await sourcesOf(request))
  const planned = sources?.planned
  const uploads = planned && { ...planned, packed: planned.packed && host.packUploads !== false }
  const warn = once((text) => host.stderr.write(`docker: warning: ${plain(text)}\n`))
  const hint = once((text) => host.onHint?.(text))
  const doubt = (text: string): void => {
    host.onDoubt?.(text)
    warn(text)
  }
  for (const line of [...request.notices, ...(sources?.warnings ?? [])]) warn(line)
  const standby = isPure ? await standbyFor(request, world) : undefined
  const lanes: LaneKind[] = []
  const session = new Attempts({
    rules: { wish: request.lane, speaksEarly: await speaksEarly(request, early), isPure },
    temporaryDirectory: host.temporaryDirectory,
    explain: world.explain,
    newAttempt: async (kind, { mayBeExec }) => {
      const lane = await laneOf(kind, { request, helpers })
      const plan = await planRun(request, { ...host, lane, ...(uploads && { uploads }) })
      const isFirst = lanes.length === 0
      const taken = isFirst ? await standby?.take(plan) : undefined
      lanes.push(kind)
      const target = {
        api: host.api,
        plan,
        ...taken,
        ...(request.standby.size > 0 && { makeRoom: () => makeRoomFor(world) }),
        onGap: () => standby?.giveUp(),
        ...(isFirst && host.policies && { policies: host.policies }),
        ...(sources && { uploads: sources.trees }),
        ...(host.stallMs !== undefined && { stallMs: host.stallMs }),
        ...(host.spdyFromBytes !== undefined && { spdyFromBytes: host.spdyFromBytes }),
        trace: host.trace,
        now: host.now,
        dials,
        warn: doubt,
        hint,
        ...world.stop,
        explain: world.explain,
      }
      return kind === 'exec'
        ? execSession(target, { request, host })
        : new FreshAttachSession(target, {
            temporaryDirectory: host.temporaryDirectory,
            mayGuess: !mayBeExec,
          })
    },
    onFailed: async ({ error, session, next }) => {
      await early.learn(error, session.imageDigest())
      await helpers.learn(error)
      await standby?.learn(error)
      if (next) host.trace.waitFor(`once more (${next}), because ${error.message}`)
    },
  })
  // One that speaks by itself has nothing to wait for.
  const park = async (): Promise<void> =>
    lanes.at(-1) === 'attach' ? standby?.park(session.imageDigest()) : undefined
  return { session, park }
}

/** Pods that only might be needed give way to a run. Loaded only when it is needed. */
async function makeRoomFor({ host: { api, namespace }, stop: { signal } }: World): Promise<void> {
  const { makeRoom } = await import('../standby/make-room.ts')
  await makeRoom({ api, namespace, signal }).catch(() => undefined)
}

/** Loaded only when it is needed. */
async function standbyFor(request: RunRequest, { host, stop }: World): Promise<Standby | undefined> {
  if (request.standby.size === 0) return undefined
  const { Standby } = await import('./standby.ts')
  return new Standby(request, { host, signal: stop.signal })
}

/** Every attempt has the same to say. */
function once(say: (text: string) => void): (text: string) => void {
  const said = new Set<string>()
  return (text) => {
    if (!said.has(text)) say(text)
    said.add(text)
  }
}

/** What a function writes to a volume stays, whatever becomes of its output. */
function writesElsewhere({ mounts }: RunRequest): boolean {
  return mounts.some((mount) => mount.kind === 'volume' && !mount.readOnly)
}

/** A program that is given no stdin has nothing to wait for. */
async function speaksEarly({ lane, streams }: RunRequest, early: EarlySpeakers): Promise<boolean> {
  return lane === 'auto' && (!streams.stdin || (await early.isKnown()))
}

async function laneOf(
  kind: LaneKind,
  { request, helpers }: { request: RunRequest; helpers: HelperVolumes },
): Promise<Lane> {
  if (kind === 'attach') return ATTACH_LANE
  return { kind, helper: { image: request.helperImage, by: await helpers.kind() } }
}

/** Loaded only when it is needed: most runs never are. */
async function execSession(
  target: Target,
  { request, host }: { request: RunRequest; host: RunHost },
): Promise<Session> {
  const { ExecSession } = await import('../session/exec-session.ts')
  const { image, platform = THIS_PLATFORM, mirrors, pullSecrets } = request
  return new ExecSession(target, {
    temporaryDirectory: host.temporaryDirectory,
    imageConfig: (digest) =>
      host.imageConfig({ image, platform, mirrors, pullSecrets, ...(digest && { digest }) }),
  })
}

/** Nodes do not say theirs; an image's command hardly ever depends on it. */
const THIS_PLATFORM = { os: 'linux', arch: process.arch === 'arm64' ? 'arm64' : 'amd64' }
