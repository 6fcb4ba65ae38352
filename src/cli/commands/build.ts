import { realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ADDRESS_VARIABLE, environmentDigest } from '../../build/address.ts'
import { runKustomize } from '../../build/kustomize.ts'
import { LazyPool } from '../../build/lazy-pool.ts'
import { NextTime } from '../../build/next-time.ts'
import { predict } from '../../build/predict.ts'
import { type BuildServer, listen } from '../../build/server.ts'
import { RunError } from '../../errors/run-error.ts'
import { openPool } from '../build-pool.ts'
import { watchCaller } from '../interruptions.ts'
import { print } from '../print.ts'

const HELP = `Usage:  krmpod build [DIR] [kustomize build options]

Runs \`kustomize build\`, the one on PATH, with krmpod as its docker. Its functions
start ahead of need instead of one after the other; output and exit status are
kustomize's. Functions need --enable-alpha-plugins, as with kustomize itself.
All options are kustomize's: see 'kustomize build --help'. The setting
build.ahead (KRMPOD_BUILD_AHEAD) is how many functions start ahead.
`

/** `krmpod build`: the real `kustomize build`, whose functions are this process's runs. */
export async function build(words: readonly string[]): Promise<number> {
  if (words.includes('--help') || words.includes('-h')) {
    await print(HELP)
    return 0
  }
  const interruptions = watchCaller()
  const { signal } = interruptions
  const env = withDocker(process.env)
  const nextTime = new NextTime()
  const pool = new LazyPool(() => openPool({ env, putOff: nextTime.add }))
  // Without a socket, each docker runs its function by itself.
  const served = { environment: environmentDigest(env), pool: () => pool.open() }
  const server = await listen(tmpdir(), served).catch(() => undefined)
  if (server) startAhead(words, pool, server.ready)
  try {
    // The first docker may come while this process is busy with what it foresees.
    await server?.ready
    const children = { ...env, ...(server && { [ADDRESS_VARIABLE]: server.address }) }
    const exitCode = await runKustomize(words, { env: children, signal })
    signal.throwIfAborted()
    return exitCode
  } finally {
    const reason = signal.aborted ? (signal.reason as RunError) : ended()
    await pool.close(reason)
    await Promise.all([nextTime.prepare(signal), close(server)])
    interruptions.close()
  }
}

/** What cannot be foreseen is run when it is asked for. `ready`: kustomize starts then, and comes first. */
function startAhead(words: readonly string[], pool: LazyPool, ready: Promise<void>): void {
  const start = async (): Promise<void> => {
    const calls = await predict(words)
    if (calls.length === 0) return
    const opening = pool.open()
    await ready
    const opened = await opening
    opened?.expect(calls)
  }
  start().catch(() => undefined) // each `docker` finds by itself what is wrong, and says so
}

/** The environment with our `docker` as the first on PATH. Another build above this one has a socket of its own. */
function withDocker(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // PATH may have a link to bin/krmpod.
  const bin = join(realpathSync(process.argv[1] ?? ''), '../../bin/in-build')
  const PATH = [bin, ...(env['PATH'] ? [env['PATH']] : [])].join(delimiter)
  return { ...env, PATH, [ADDRESS_VARIABLE]: undefined }
}

async function close(server: BuildServer | undefined): Promise<void> {
  for (const line of (await server?.close()) ?? []) process.stderr.write(`docker: ${line}\n`)
}

function ended(): RunError {
  return new RunError('INTERRUPTED', { by: 'kustomize has ended' })
}
