import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { type Case, HERE, type Outcome } from './case.ts'
import { listing, plant } from './files.ts'

/** A program that answers `docker run`: the engine's own client, or krmpod. */
export interface Program {
  readonly path: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Containers or Pods with this label that still are there; they are removed. */
  readonly sweep: (label: string) => Promise<number>
}

/** Long enough for any case; a call that hangs is an outcome, too. */
const LIMIT_MS = 120_000
/** A real pipe, as kustomize's; Node would make a pair of sockets. */
const HANG_UP = '"$@" | sleep 6; exit "${PIPESTATUS[0]}"'
/** For a function to start and to say its first word. */
const START_MS = 30_000
/** The same, and for the word to come through while the function waits for an answer. */
const DIALOGUE_MS = 15_000
/** How long a program goes on after a signal before the test ends it. */
const PATIENCE_MS = 8_000

/** Makes the call of a row. */
export async function call(row: Case, program: Program): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'krmpod-oracle-'))
  const label = `oracle=${randomUUID()}`
  const isCounted = /^(left|signal|hangUp)$/.test(row.watch?.kind ?? '')
  try {
    await plant(folder, row.files ?? {})
    const argv = row.argv.map((word) => word.replaceAll(HERE, folder))
    const process = start(isCounted ? labelled(argv, label) : argv, { row, program, folder })
    const attended = attend(process, { row, folder })
    const [{ exitCode, signal, stdout, stderr }, live] = await Promise.all([process, attended])
    return {
      exitCode: exitCode ?? signal ?? 'cannot be started',
      stdout: Buffer.from(stdout),
      stderr: Buffer.from(stderr),
      ...(live !== undefined && { live }),
      ...(isCounted && { left: await program.sweep(label) }),
      ...(row.watch?.kind === 'files' && { files: await listing(folder) }),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface Where {
  readonly row: Case
  readonly program: Program
  readonly folder: string
}

type Attended = Pick<Where, 'row' | 'folder'>

type Running = ReturnType<typeof start>

function start(argv: readonly string[], { row, program, folder }: Where) {
  const options = {
    cwd: folder,
    env: { ...program.env, ...row.env },
    encoding: 'buffer',
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 1 << 30,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  } as const
  const words = row.watch?.kind === 'hangUp' ? ['bash', '-c', HANG_UP, 'bash', program.path] : [program.path]
  const [path = '', ...before] = words
  const process = execa({ ...options, stdin: 'pipe' })(path, [...before, ...argv])
  // A function need not read all of its stdin: that the pipe breaks is no failure of the call.
  process.stdin.on('error', () => undefined)
  if (row.watch?.kind === 'edit') process.stdin.write(row.stdin ?? '')
  else if (row.watch?.kind !== 'live') process.stdin.end(row.stdin ?? '')
  return process
}

/** Both programs keep it: docker as a label of the container, krmpod as an annotation of the Pod. */
function labelled([command, ...words]: readonly string[], label: string): readonly string[] {
  return [...(command === undefined ? [] : [command]), '--label', label, ...words]
}

/** Does to a running call what its row says; for a dialogue, whether the stream was live. */
async function attend(process: Running, { row, folder }: Attended): Promise<boolean | undefined> {
  const { watch, stdin = '' } = row
  switch (watch?.kind) {
    case 'live': {
      const isLive = await spoken(process, watch.stream, DIALOGUE_MS)
      process.stdin.end(stdin)
      return isLive
    }
    case 'signal':
      await spoken(process, 'stderr', START_MS)
      process.kill(watch.signal)
      await Promise.race([process, sleep(PATIENCE_MS)])
      process.kill('SIGKILL')
      return undefined
    case 'edit':
      await spoken(process, 'stderr', START_MS)
      await plant(folder, watch.files)
      process.stdin.end()
      return undefined
    case 'hangUp':
    case 'left':
    case 'files':
    case undefined:
      return undefined
  }
}

/** True as soon as the stream has said something; false if it ends without a word, or does not say one in time. */
function spoken(process: Running, stream: 'stdout' | 'stderr', ms: number): Promise<boolean> {
  const word = new Promise<boolean>((resolve) => {
    process[stream].once('data', () => resolve(true))
    process[stream].once('close', () => resolve(false))
  })
  return Promise.race([word, sleep(ms, false)])
}
