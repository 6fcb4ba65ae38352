import { setTimeout as sleep } from 'node:timers/promises'
import { asRunError, type RunError } from '../errors/run-error.ts'
import type { RunRequest } from '../request/run-request.ts'
import { plain } from '../result/explain.ts'
import type { RunResult } from '../result/run-result.ts'
import type { Output, Session } from '../session/session.ts'
import { unlessStopped } from '../session/unless-stopped.ts'
import type { Spool } from '../streams/spool.ts'
import { openCidFile } from './cidfile.ts'
import { explainFor } from './explain-for.ts'
import type { RunHost } from './host.ts'
import { keepStdin } from './keep-stdin.ts'
import { newSession } from './new-session.ts'
import { release } from './release.ts'
import { writeTo } from './standard-streams.ts'
import { armStop, type Stop } from './stop.ts'

/** After a signal the function has this long to end by itself, however long --stop-timeout is. */
const MAX_STOP_SECONDS = 2
/** For what a function that failed has still said on stderr. */
const LAST_WORDS_MS = 1_000

/** Runs one KRM function as a Pod, as `docker run` would, and says how it ended. */
export async function run(request: RunRequest, host: RunHost): Promise<RunResult> {
  const cidFile = openCidFile(request.cidfile)
  const stop = armStop({ ...host, ...request })
  const stdin = host.keptStdin ?? keepStdin(request, host)
  try {
    const made = await newSession(request, { host, stop, explain: explainFor(host) })
    return await converse({ request, host, stop, ...made, stdin, onCreated: cidFile.write })
  } finally {
    stop.disarm()
    cidFile.discard()
    stdin.close()
  }
}

interface Conversation {
  readonly request: RunRequest
  readonly host: RunHost
  readonly stop: Stop
  readonly session: Session
  readonly park: () => Promise<void>
  readonly stdin: Spool
  readonly onCreated: (uid: string) => void
}

/** From the Pod's creation to its deletion, which comes in every case. */
async function converse(conversation: Conversation): Promise<RunResult> {
  const { request, host, stop, session, park, stdin, onCreated } = conversation
  const stderr = passOnStderr(session, { request, host })
  try {
    onCreated(await session.open())
    host.onCreated?.()
    session.feed(stdin)
    const ended = Promise.all([session.output(), session.exitCode(), stderr.passedOn])
    const [output, exit] = await unlessStopped(ended, stop.signal)
    await bringHome(output)
    host.trace.enter('cleaning up')
    const result = {
      exitCode: exit.code,
      reason: exit.reason,
      stdoutBytes: output.stdout.bytes,
      stderrBytes: output.stderr.bytes,
    }
    await Promise.all([
      release(output, { streams: request.streams, host }).then(() =>
        host.onReleased?.({ output, exit, result, stderr: session.stderr }),
      ),
      close(session, { host, graceSeconds: 0 }),
      park(),
    ])
    return result
  } catch (error) {
    const failure = failureOf(error, conversation)
    const graceSeconds =
      failure.code === 'INTERRUPTED' ? Math.min(request.stopTimeoutSeconds, MAX_STOP_SECONDS) : 0
    // Events outlive their Pod.
    const [notes] = await Promise.all([session.notes(failure), close(session, { host, graceSeconds })])
    await Promise.race([stderr.passedOn, sleep(LAST_WORDS_MS, undefined, { ref: false })])
    throw failure.withNotes(notes)
  } finally {
    stderr.stop()
    session.discard()
  }
}

/** Before anything is printed: a caller that reads it must find the files as the function left them. */
async function bringHome({ changes }: Output): Promise<void> {
  if (!changes) return
  const { applyChanges } = await import('../mounts/apply.ts')
  await applyChanges(changes)
}

/** The function's stderr as it comes, until its end or until nobody waits for it any more. */
function passOnStderr(
  session: Session,
  { request, host }: Pick<Conversation, 'request' | 'host'>,
): { passedOn: Promise<void>; stop: () => void } {
  const listening = new AbortController()
  const passedOn = request.streams.stderr
    ? writeTo(host.stderr, session.stderr.read(), listening.signal)
    : Promise.resolve()
  // Nobody reads it any more: that alone is no reason to end a run.
  return { passedOn: passedOn.catch(() => undefined), stop: () => listening.abort() }
}

/** Once a run is being stopped, everything else that fails fails because of that. */
function failureOf(error: unknown, { stop, host }: Conversation): RunError {
  const reason: unknown = stop.signal.aborted ? stop.signal.reason : explainFor(host)(error)
  return asRunError(reason)
}

async function close(
  session: Session,
  { host, graceSeconds }: { host: RunHost; graceSeconds: number },
): Promise<void> {
  const left = await session.close({ graceSeconds, keep: host.keep })
  for (const line of left) host.stderr.write(`docker: ${plain(line)}\n`)
}
