import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { RunError } from '../errors/run-error.ts'

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted when nobody wants the build any more. */
  readonly signal: AbortSignal
}

/** What a process is given to end by itself. */
const GRACE_MS = 2_000

/** The real `kustomize build`, with our own standard streams. Resolves to its exit status as a shell has it. */
export async function runKustomize(words: readonly string[], { env, signal }: Surroundings): Promise<number> {
  const child = spawn('kustomize', ['build', ...words], { env, stdio: 'inherit' })
  let kill: NodeJS.Timeout | undefined
  const stop = (): void => {
    child.kill('SIGTERM')
    kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => reject(cannotStart(error)))
      child.once('exit', (code, by) => resolve(code ?? 128 + (by === null ? 0 : constants.signals[by])))
    })
  } finally {
    clearTimeout(kill)
    signal.removeEventListener('abort', stop)
  }
}

function cannotStart(error: NodeJS.ErrnoException): RunError {
  const problem = error.code === 'ENOENT' ? 'there is none on PATH' : error.message
  return new RunError('KUSTOMIZE', { problem }, { cause: error, exit: error.code === 'ENOENT' ? 127 : 126 })
}
