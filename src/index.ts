import { PassThrough, Readable } from 'node:stream'
import { parse } from './argv/parse.ts'
import { answer } from './cli/answer.ts'
import { ask } from './cli/prepare.ts'
import { RunError } from './errors/run-error.ts'
import { Trace } from './session/trace.ts'

export { RunError }

export interface FunctionRun {
  /** Words as after `docker run`, e.g. `['-i', '--network', 'none', 'ghcr.io/x/y:v1']`. */
  readonly argv: readonly string[]
  /** The function's stdin, such as a ResourceList. */
  readonly input?: string | Uint8Array
  /** Ends the run early; its reason becomes the cause of the RunError. */
  readonly signal?: AbortSignal
}

export interface FunctionResult {
  readonly exitCode: number
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/**
 * Runs one function as a Pod, with the settings and credentials that the command line would use, but for
 * callerTimeout: here the caller has `signal`. A function that fails is a result; rejects with a RunError for
 * everything else.
 */
export async function runFunction({ argv, input = '', signal }: FunctionRun): Promise<FunctionResult> {
  const command = parse(argv)
  if (command.kind !== 'run') throw new RunError('NO_IMAGE', undefined)
  const start = performance.now()
  const asked = await ask(command.argv, { callerTimeout: 'off', sweep: 'off' })
  const stdout = collect()
  const stderr = collect()
  const { exitCode } = await answer(asked, {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    trace: new Trace(() => performance.now() - start),
    interrupted: interruption(signal),
    keep: false,
  })
  return { exitCode, stdout: stdout.bytes(), stderr: stderr.bytes() }
}

function interruption(signal: AbortSignal | undefined): AbortSignal {
  const controller = new AbortController()
  const abort = (): void =>
    controller.abort(new RunError('INTERRUPTED', { by: 'the caller' }, { cause: signal?.reason }))
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return controller.signal
}

function collect(): { stream: PassThrough; bytes: () => Buffer } {
  const chunks: Buffer[] = []
  const stream = new PassThrough()
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return { stream, bytes: () => Buffer.concat(chunks) }
}
