import { asRunError, type RunError } from '../errors/run-error.ts'
import type { RunRequest } from '../request/run-request.ts'
import { plain } from '../result/explain.ts'
import type { RunResult } from '../result/run-result.ts'
import { apiFailure } from '../session/api-failure.ts'
import { FreshAttachSession } from '../session/fresh-attach.ts'
import type { Session } from '../session/session.ts'
import type { Target } from '../session/target.ts'
import { Spool } from '../streams/spool.ts'
import { openCidFile } from './cidfile.ts'
import type { RunHost } from './host.ts'
import { planRun } from './plan-run.ts'
import { podNotes } from './pod-notes.ts'
import { release } from './release.ts'
import { readInto, writeTo } from './standard-streams.ts'
import { armStop } from './stop.ts'

/** After a signal the function has this long to end by itself, however long --stop-timeout is. */
const MAX_STOP_SECONDS = 2

/** Runs one KRM function as a Pod, as `docker run` would, and says how it ended. */
export async function run(request: RunRequest, host: RunHost): Promise<RunResult> {
  const cidFile = openCidFile(request.cidfile)
  const stop = armStop({ ...host, deadlineMs: request.deadlineMs })
  try {
    const stdin = keepStdin(request, host)
    const plan = await planRun(request, host)
    const target = { api: host.api, plan, trace: host.trace, ...stop, explain: explainFor(host) }
    const session = new FreshAttachSession(target, host.temporaryDirectory)
    return await converse({ request, host, session, target, stdin, onCreated: cidFile.write })
  } finally {
    stop.disarm()
    cidFile.discard()
  }
}

interface Conversation {
  readonly request: RunRequest
  readonly host: RunHost
  readonly session: Session
  readonly target: Target
  readonly stdin: Spool
  readonly onCreated: (uid: string) => void
}

/** From the Pod's creation to its deletion, which comes in every case. */
async function converse({
  request,
  host,
  session,
  target,
  stdin,
  onCreated,
}: Conversation): Promise<RunResult> {
  try {
    onCreated(await session.open())
    session.feed(stdin)
    const live = request.streams.stderr ? writeTo(host.stderr, session.stderr.read()) : undefined
    const [output, exit] = await Promise.all([session.output(), session.exitCode(), live])
    host.trace.enter('cleaning up')
    await Promise.all([
      release(output, { streams: request.streams, host }),
      close(session, { host, graceSeconds: 0 }),
    ])
    return {
      exitCode: exit.code,
      reason: exit.reason,
      stdoutBytes: output.stdout.bytes,
      stderrBytes: output.stderr.bytes,
    }
  } catch (error) {
    const failure = await failureOf(error, target)
    const graceSeconds =
      failure.code === 'INTERRUPTED' ? Math.min(target.plan.stopTimeoutSeconds, MAX_STOP_SECONDS) : 0
    await close(session, { host, graceSeconds })
    throw failure
  }
}

function keepStdin({ streams }: RunRequest, host: RunHost): Spool {
  const spool = new Spool(host.temporaryDirectory)
  if (streams.stdin) void readInto(spool, host.stdin)
  else spool.end()
  return spool
}

/** Once a run is being stopped, everything else that fails fails because of that. */
async function failureOf(error: unknown, target: Target): Promise<RunError> {
  const reason: unknown = target.signal.aborted ? target.signal.reason : target.explain(error)
  const failure = asRunError(reason)
  return failure.withNotes(await podNotes(failure, target))
}

async function close(
  session: Session,
  { host, graceSeconds }: { host: RunHost; graceSeconds: number },
): Promise<void> {
  const left = await session.close({ graceSeconds, keep: host.keep })
  for (const line of left) host.stderr.write(`docker: warning: ${plain(line)}\n`)
}

function explainFor({ api, namespace }: RunHost): (error: unknown) => unknown {
  return (error) => apiFailure(error, { namespace, server: api.credentials.server.origin })
}
