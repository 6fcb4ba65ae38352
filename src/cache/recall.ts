import { createHash } from 'node:crypto'
import type { Sources } from '../mounts/sources.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { RunResult } from '../result/run-result.ts'
import type { RunHost } from '../run/host.ts'
import { keepStdin } from '../run/keep-stdin.ts'
import { sourcesOf } from '../run/sources.ts'
import { armStop } from '../run/stop.ts'
import { unlessStopped } from '../session/unless-stopped.ts'
import type { Spool } from '../streams/spool.ts'
import type { Kept } from './entry.ts'
import { findResult } from './find-result.ts'
import { type FilesKey, keyOf } from './key.ts'
import { type Answer, replay } from './replay.ts'
import type { Place } from './store.ts'
import { whyNotCached } from './why-not.ts'

export interface CacheHost
  extends Pick<
    RunHost,
    'stdin' | 'stdout' | 'stderr' | 'temporaryDirectory' | 'trace' | 'interrupted' | 'keep'
  > {
  readonly place: Place
  /** krmpod's. */
  readonly version: string
  /** What bin/from-cache.sh named this call. */
  readonly call?: string
  /** For who wants to know why there was no hit. */
  readonly note: (text: string) => void
}

/** `miss`: what a run has to be given so that nothing is read twice, and its result is kept. */
export type Recalled =
  | { readonly kind: 'hit'; readonly result: RunResult }
  | { readonly kind: 'miss'; readonly host: Partial<RunHost> }

/** Answers with what an earlier run has left, where that may be and is there. */
export async function recall(request: RunRequest, host: CacheHost): Promise<Recalled> {
  const why = host.keep ? '--keep wants a Pod' : whyNotCached(request)
  if (why !== undefined) return missed(host, why)
  host.trace.enter('looking for a kept result')
  const stdin = keepStdin(request, host)
  const looked = await lookUp(request, host, stdin).catch((error: unknown) => {
    stdin.close()
    throw error
  })
  if (looked.kind === 'hit') {
    stdin.close()
    const result = await replay(looked, { request, host })
    await keepFor(host, { request, looked })
    return { kind: 'hit', result }
  }
  host.trace.enter('connecting')
  return looked
}

type Found = Extract<Recalled, { kind: 'miss' }> | Hit

interface Hit extends Answer {
  readonly kind: 'hit'
}

/** Waits for the end of stdin: no longer than a run may take. */
async function lookUp(request: RunRequest, host: CacheHost, stdin: Spool): Promise<Found> {
  const stop = armStop({ ...host, ...request })
  try {
    const sources = await sourcesOf(request)
    const read = { keptStdin: stdin, ...(sources && { sources }) }
    const [stdinDigest, files] = await unlessStopped(
      Promise.all([digestOf(stdin), filesKey(sources)]),
      stop.signal,
    )
    if (stdinDigest === undefined) return missed(host, 'stdin cannot be read', read)
    if (!files) return missed(host, 'the bind mounts hold too much to be read twice', read)
    const key = keyOf(request, { version: host.version, stdin: stdinDigest, files })
    const kept = keptUnder(host.place, key)
    stop.signal.throwIfAborted()
    if (!kept) return missed(host, `there is no ${key}`, { ...read, ...(await depositFor(key, host)) })
    host.note(`cache: hit: ${key}`)
    return { kind: 'hit', kept, warnings: [...request.notices, ...(sources?.warnings ?? [])] }
  } finally {
    stop.disarm()
  }
}

/** A folder that cannot be read has nothing for us. */
function keptUnder(place: Place, key: string): Kept | undefined {
  try {
    return findResult(place, key)
  } catch {
    return undefined
  }
}

/** Loaded only when it is needed: a hit writes nothing. */
async function depositFor(key: string, host: CacheHost): Promise<Partial<RunHost>> {
  const { deposit } = await import('./deposit.ts')
  return deposit(key, host)
}

function missed({ note }: CacheHost, why: string, host: Partial<RunHost> = {}): Found & { kind: 'miss' } {
  note(`cache: no hit: ${why}`)
  return { kind: 'miss', host }
}

/** Undefined: it broke. The run finds that out, too, and tells of it. */
async function digestOf(stdin: Spool): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of stdin.read()) hash.update(chunk)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}

/** Undefined: there is too much of them. Loaded only when it is needed: most runs have none. */
async function filesKey(sources: Sources | undefined): Promise<FilesKey | undefined> {
  if (!sources) return { digest: '', treeOf: new Map() }
  const { filesDigest } = await import('./files-digest.ts')
  const digest = filesDigest(sources.trees)
  return digest === undefined ? undefined : { digest, treeOf: sources.planned.treeOf }
}

/** Loaded only when it is needed: once for a call. */
async function keepFor(
  { call, place }: CacheHost,
  { request, looked: { kept, warnings } }: { request: RunRequest; looked: Hit },
): Promise<void> {
  if (call === undefined || !isSimple(request) || kept.stderr.length > 0 || warnings.length > 0) return
  const { keepAnswer } = await import('./answer-again.ts')
  await keepAnswer(place, call, kept.stdout)
}

/** Nothing but stdin is read, and only stdout is written. */
function isSimple({ streams, mounts }: RunRequest): boolean {
  return streams.stdin && streams.stdout && mounts.every(({ kind }) => kind !== 'bind')
}
