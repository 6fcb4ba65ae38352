import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { Readable, Writable } from 'node:stream'
import { parse } from '../../src/argv/parse.ts'
import { recall } from '../../src/cache/recall.ts'
import type { Place } from '../../src/cache/store.ts'
import { ApiClient } from '../../src/cluster/api-client.ts'
import type { Credentials } from '../../src/cluster/credentials.ts'
import { NO_MEMORY } from '../../src/cluster/memory.ts'
import { RunError } from '../../src/errors/run-error.ts'
import { resolve } from '../../src/request/resolve.ts'
import type { RunRequest } from '../../src/request/run-request.ts'
import type { RunResult } from '../../src/result/run-result.ts'
import type { RunHost } from '../../src/run/host.ts'
import { run } from '../../src/run/run.ts'
import { Trace } from '../../src/session/trace.ts'
import { mergeSettings } from '../../src/settings/merge-settings.ts'
import { type FakeCluster, NAMESPACE } from './fake-cluster.ts'

export const IMAGE = 'ghcr.io/acme/set-labels:v1'
const IMAGE_CONFIG = { entrypoint: ['set-labels'], cmd: [], env: [] }

/** How one run on the fake ended: with an exit code of the function, or with an error of krmpod. */
export interface Outcome {
  /** `exit 3`, or `STREAM_CUT`. */
  readonly end: string
  readonly error: RunError | undefined
  readonly stdout: Buffer
  readonly stderr: string
  readonly trace: Trace
  /** What the cache says. */
  readonly notes: readonly string[]
}

export interface Given {
  /** Words as after `docker run`. */
  readonly argv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly request?: Partial<RunRequest>
  readonly stdin?: string | Buffer | Readable
  readonly host?: Partial<RunHost>
  /** Where results are kept; not given: nowhere. */
  readonly cache?: Place & { readonly version?: string; readonly call?: string }
}

type Reachable = Pick<FakeCluster, 'url'>

/** As kustomize asks for it, against the fake. Anything but a result or a RunError fails the test. */
export async function runOn(cluster: Reachable, given: Given = {}): Promise<Outcome> {
  const stdout = new Collector()
  const stderr = new Collector()
  const host = { ...hostFor(cluster, given), stdout, stderr, ...given.host }
  const notes: string[] = []
  const ended = (end: string, error?: RunError): Outcome => {
    return { end, error, stdout: stdout.bytes, stderr: stderr.bytes.toString(), trace: host.trace, notes }
  }
  try {
    const { exitCode } = await answered(given, { ...host, note: (text) => notes.push(text) })
    return ended(`exit ${exitCode}`)
  } catch (error) {
    if (!(error instanceof RunError)) throw error
    const failure = error as RunError
    return ended(failure.code, failure)
  } finally {
    host.api.close()
  }
}

/** As the command line does it. */
async function answered(
  { cache, ...given }: Given,
  host: RunHost & { readonly note: (text: string) => void },
): Promise<RunResult> {
  const request = requestOf(given)
  if (!cache) return run(request, host)
  const recalled = await recall(request, { version: 'test', ...cache, ...host, place: cache })
  return recalled.kind === 'hit' ? recalled.result : run(request, { ...host, ...recalled.host })
}

function requestOf({ argv = ['-i', '--network', 'none', IMAGE], env = {}, request }: Given): RunRequest {
  const command = parse(argv)
  if (command.kind !== 'run') throw new Error('that asks for help')
  const readFile = (path: string): never => {
    throw new Error(`no file ${path}`)
  }
  return {
    ...resolve({ parsed: command.argv, settings: mergeSettings({}), env, readFile, cwd: () => '/work' }),
    ...request,
  }
}

export function credentialsFor(cluster: Reachable): Credentials {
  return { server: cluster.url, source: 'a test', tls: {}, headers: () => Promise.resolve({}) }
}

type Streamless = Omit<RunHost, 'stdout' | 'stderr'>

function hostFor(cluster: Reachable, { stdin = '' }: Given): Streamless {
  const start = performance.now()
  return {
    api: new ApiClient(credentialsFor(cluster)),
    namespace: NAMESPACE,
    stdin: stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)]),
    temporaryDirectory: tmpdir(),
    now: () => new Date(),
    newRunId: () => randomBytes(5).toString('hex'),
    trace: new Trace(() => performance.now() - start),
    interrupted: new AbortController().signal,
    keep: false,
    rerun: false,
    memory: NO_MEMORY,
    imageConfig: () => Promise.resolve(IMAGE_CONFIG),
    pullLogins: () => Promise.resolve({ logins: [], notes: [] }),
  }
}

/** Takes everything at once, as a pipe with a keen reader. */
class Collector extends Writable {
  readonly #chunks: Buffer[] = []

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(Buffer.from(chunk))
    done()
  }
}
