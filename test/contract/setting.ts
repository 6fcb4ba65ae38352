import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient } from '../../src/cluster/api-client.ts'
import { ApiError } from '../../src/cluster/api-error.ts'
import { attach, type StreamOptions } from '../../src/cluster/container-streams.ts'
import { createPod, readLog } from '../../src/cluster/pods.ts'
import { type PodChange, watchPod } from '../../src/cluster/watch-pod.ts'
import type { Pod, PodSpec } from '../../src/kube/types.ts'
import type { Channels } from '../../src/streams/channels.ts'
import { Spool } from '../../src/streams/spool.ts'

/** An API server, the fake or a real one, with a namespace to make Pods in. */
export interface Setting {
  readonly api: ApiClient
  readonly namespace: string
  /** How Pods pull the fixtures' `probe`. */
  readonly image: string
}

export const CONTAINER = 'function'
/** A container that has ended is in the Pod's status within a second or so; a missing Secret is looked for every few. */
const PATIENCE_MS = 90_000

/** A Pod that does these steps of probe, as krmpod would have it made. */
export function podOf(
  { namespace, image }: Setting,
  words: readonly string[],
  spec: Partial<PodSpec> = {},
): Pod {
  const requests = { cpu: '10m', memory: '16Mi' }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `contract-${randomBytes(5).toString('hex')}`,
      namespace,
      annotations: { 'krmpod.dev/run-id': 'x' },
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      containers: [
        { name: CONTAINER, image, args: [...words], stdin: true, stdinOnce: true, resources: { requests } },
      ],
      ...spec,
    },
  }
}

/** One Pod, followed from before it is made. */
export interface Followed {
  readonly name: string
  readonly made: Pod
  readonly changes: readonly PodChange[]
  /** The first change of which this holds. */
  readonly until: <T>(pick: (change: PodChange) => T | undefined) => Promise<T>
}

export async function make(setting: Setting, pod: Pod, signal: AbortSignal): Promise<Followed> {
  const name = pod.metadata?.name ?? ''
  const changes: PodChange[] = []
  const waiting: (() => void)[] = []
  await new Promise<void>((resolve, reject) => {
    const read = async (): Promise<void> => {
      const options = { namespace: setting.namespace, name, signal, onOpen: resolve }
      for await (const change of watchPod(setting.api, options)) {
        changes.push(change)
        for (const wake of waiting.splice(0)) wake()
      }
    }
    read().catch(reject)
  })
  const made = await createPod(setting.api, pod, { signal })
  const until: Followed['until'] = async (pick) => {
    const end = performance.now() + PATIENCE_MS
    for (let at = 0; performance.now() < end; ) {
      const change = changes[at]
      if (!change) await Promise.race([new Promise<void>((wake) => waiting.push(wake)), sleep(1_000)])
      else at += 1
      const picked = change && pick(change)
      if (picked !== undefined) return picked
    }
    throw new Error(`not in ${changes.length} changes`)
  }
  return { name, made, changes, until }
}

export function stateOf(change: PodChange) {
  return change.kind === 'seen' ? change.pod.status?.containerStatuses?.[0]?.state : undefined
}

export const exited = (change: PodChange) => stateOf(change)?.terminated

export interface Attached {
  readonly channels: Channels
  readonly stdout: () => Buffer
  readonly stderr: () => Buffer
}

/** Attaches as soon as it can be done, as krmpod does. */
export async function attachTo(
  setting: Setting,
  name: string,
  more: Partial<StreamOptions> = {},
): Promise<Attached> {
  const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  const sinks = {
    stdout: (data: Buffer) => void said.stdout.push(data),
    stderr: (data: Buffer) => void said.stderr.push(data),
  }
  for (const end = performance.now() + PATIENCE_MS; ; ) {
    try {
      const where = { namespace: setting.namespace, name, container: CONTAINER, sinks }
      const channels = await attach(setting.api, { ...where, signal: new AbortController().signal, ...more })
      return { channels, stdout: () => Buffer.concat(said.stdout), stderr: () => Buffer.concat(said.stderr) }
    } catch (error) {
      if (!(error instanceof ApiError) || performance.now() > end) throw error
      await sleep(25)
    }
  }
}

/** All of it, and its end if it has one. */
export function stdinOf(bytes: Buffer | string, { ends = true } = {}): Spool {
  const spool = new Spool(tmpdir())
  spool.write(Buffer.from(bytes))
  if (ends) spool.end()
  return spool
}

export async function logOf(
  setting: Setting,
  name: string,
  query: Record<string, string> = {},
): Promise<Buffer> {
  return readLog(setting.api, { namespace: setting.namespace, name, container: CONTAINER, query }, {})
}

/** What a request is refused with. */
export async function refusalOf(
  request: Promise<unknown>,
): Promise<{ status: number; reason: string; message: string }> {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiError)) throw new Error(`no refusal, but ${String(error)}`)
  const { status, reason, message } = error
  return { status, reason, message }
}

/** Asks again until it is so. */
export async function eventually<T>(ask: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; ; ) {
    const value = await ask()
    if (isSo(value) || performance.now() > end) return value
    await sleep(50)
  }
}
