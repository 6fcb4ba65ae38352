import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../cluster/api-error.ts'
import { type Connect, exec } from '../cluster/container-streams.ts'
import { RunError } from '../errors/run-error.ts'
import { BEGUN, KILLED_FOR_MEMORY, START_FAILURES } from '../plan/exec-command.ts'
import type { Channels, Sinks, StreamEnd } from '../streams/channels.ts'
import { UntilMarker } from '../streams/end-marker.ts'
import type { Spool } from '../streams/spool.ts'
import { dial, isFalseOpen, isPlainRefusal, newDialBudget } from './dial.ts'
import type { Nudge } from './exit-code.ts'
import type { PodObserver } from './pod-observer.ts'
import type { Exit } from './session.ts'
import type { Target } from './target.ts'

interface ExecStreaming {
  readonly target: Target
  readonly observer: PodObserver
  readonly nudge: Nudge
  readonly sinks: Sinks
  readonly stdin: Spool
  readonly command: readonly string[]
  readonly nonce: string
}

/** The Pod's status may still say why a stream broke. */
const BETTER_REASON_MS = 1_500
/** The shell around the function was told to end, as at an eviction: the Pod says why when its container is gone. */
const TOLD_TO_END = /exit code 143$/
const REASON_TO_END_MS = 6_000

/** Starts the function in its Pod, and stays until both of its streams have their end marker. */
export async function streamByExec(streaming: ExecStreaming): Promise<Exit> {
  const { target, observer, nudge, stdin, sinks, nonce, command } = streaming
  const budget = newDialBudget()
  const connect = startingOnce(exec(command))
  for (;;) {
    const marked = new MarkedStreams(nonce, sinks)
    const attached = await dial({ target, observer, nudge, budget, connect, sinks: marked.sinks })
    if (!attached)
      throw new RunError('STREAM_CUT', { problem: 'the container ended before the function began' })
    target.trace.enter('running')
    const { channels } = attached
    feed(channels, { stdin, target, begun: marked.begun })
    const end = await Promise.race([marked.ended, channels.ended, observer.until<never>(() => undefined)])
    channels.terminate()
    target.signal.throwIfAborted()
    if (typeof end === 'string') return exitOf(end, command)
    if (isFalseOpen(end) && channels.received === 0) continue
    marked.flush()
    return await endWithoutMarker(end, streaming)
  }
}

/** Both streams up to their markers. */
class MarkedStreams {
  readonly sinks: Sinks
  /** The shell around the function runs. */
  readonly begun: Promise<void>
  /** The word of the markers, once both are there. */
  readonly ended: Promise<string>
  readonly #stdout: UntilMarker
  readonly #stderr: UntilMarker

  constructor(nonce: string, sinks: Sinks) {
    let onEnd: (word: string) => void = () => undefined
    this.ended = new Promise((resolve) => {
      let missing = 2
      onEnd = (word) => {
        missing -= 1
        if (missing === 0) resolve(word)
      }
    })
    let onStart: () => void = () => undefined
    this.begun = new Promise((resolve) => {
      onStart = resolve
    })
    const start = { word: BEGUN, onStart }
    this.#stdout = new UntilMarker(nonce, (data) => sinks.stdout(data), { onEnd, start })
    this.#stderr = new UntilMarker(nonce, (data) => sinks.stderr(data), { onEnd })
    this.sinks = {
      stdout: (data) => this.#stdout.write(data),
      stderr: (data) => this.#stderr.write(data),
    }
  }

  flush(): void {
    this.#stdout.flush()
    this.#stderr.flush()
  }
}

/** A request whose answer got lost may have started the function: it must not be started beside itself. */
function startingOnce(connect: Connect): Connect {
  return async (api, options) => {
    try {
      return await connect(api, options)
    } catch (error) {
      options.signal.throwIfAborted()
      if (error instanceof ApiError && error.status === 403)
        throw new RunError('EXEC_UNAVAILABLE', { problem: refusalOf(error) }, { cause: error })
      if (isPlainRefusal(error)) throw error
      const problem = `the function may have been started, but the answer got lost: ${(error as Error).message}`
      throw new RunError('STREAM_CUT', { problem }, { cause: error })
    }
  }
}

/**
 * RBAC says what is missing. A node that speaks v4 only says nothing (golang.org/x/net/websocket: 403 to an offer without
 * a protocol that it knows), and servers before 1.30 hand its answer on.
 */
function refusalOf({ reason, message }: ApiError): string {
  return reason ? message : `${message} to v5.channel.k8s.io, which Kubernetes speaks since 1.30`
}

interface Feeding extends Pick<ExecStreaming, 'stdin' | 'target'> {
  readonly begun: Promise<void>
}

/**
 * containerd can lose an end of stdin that comes before the process runs: of 1,800 times `cat` by exec, 16 at once, 3
 * waited for it for ever; of 5,000 whose stdin ended after their first word, none.
 */
function feed(channels: Channels, { stdin, target, begun }: Feeding): void {
  channels.feed(stdin, begun).catch((error: unknown) => {
    const problem = `stdin cannot be read: ${(error as Error).message}`
    target.stop(new RunError('STREAM_CUT', { problem }, { cause: error }))
  })
}

function exitOf(word: string, command: readonly string[]): Exit {
  const program = command[6] ?? ''
  if (word === START_FAILURES.notFound) {
    throw new RunError('ENTRYPOINT_NOT_FOUND', { message: `exec: "${program}": not found in the image` })
  }
  if (word === START_FAILURES.notExecutable) {
    throw new RunError('NOT_EXECUTABLE', { message: `exec: "${program}": permission denied` })
  }
  if (word === KILLED_FOR_MEMORY) return { code: 137, reason: 'OOMKilled' }
  const code = Number(word)
  return { code, reason: code === 0 ? 'Completed' : 'Error' }
}

/** The stream broke, or the container went away with its function: killed for its memory, that is an exit code. */
async function endWithoutMarker(
  { status, closeCode }: StreamEnd,
  { observer, nudge }: ExecStreaming,
): Promise<Exit> {
  void nudge()
  const exited = observer.until((verdict) => (verdict.kind === 'exited' ? verdict : undefined))
  const said = status && status.kind !== 'success' ? status.message : `it closed with code ${closeCode}`
  const waitMs = TOLD_TO_END.test(said) ? REASON_TO_END_MS : BETTER_REASON_MS
  const verdict = await Promise.race([exited, sleep(waitMs, undefined, { ref: false })])
  if (verdict?.reason === 'OOMKilled') return { code: verdict.code, reason: verdict.reason }
  throw new RunError('STREAM_CUT', { problem: `${said}, and without the mark of its end` })
}
