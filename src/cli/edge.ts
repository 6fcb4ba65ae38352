import { setTimeout as sleep } from 'node:timers/promises'
import { asRunError, RunError } from '../errors/run-error.ts'
import { explainError } from '../result/explain.ts'

const FLUSH_MS = 1_000

/** Runs a whole command and turns its end into the process's. Errors are printed here, once, and nowhere else. */
export async function runToExit(command: () => Promise<number>): Promise<void> {
  // Nobody may be reading any more; that is for the command to judge, and no reason to crash.
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
  // Node's 0 is for a program that has nothing left to wait for, whatever it was about to do.
  const unfinished = new RunError('INTERNAL', {
    message: 'nothing is left to wait for, and the command has not ended',
  })
  process.exitCode = unfinished.exit
  process.once('beforeExit', () => process.stderr.write(explainError(unfinished)))
  let decided: number | undefined
  const end = async (status: number): Promise<void> => {
    decided ??= status
    // A stderr that is full and unread must not keep us here.
    await Promise.race([flush(process.stderr), sleep(FLUSH_MS)])
    // Not only the exit code: an abandoned stdin or a kept connection must not hold the caller up.
    process.exit(decided)
  }
  // Thrown where nothing of ours could catch it. Node's 1 would be taken for the function's own.
  process.on('uncaughtException', (error) => void end(decided ?? told(error)))
  await end(await command().catch(told))
}

/** Says what went wrong; its exit status. */
function told(error: unknown): number {
  const failure = asRunError(error)
  process.stderr.write(explainError(failure))
  if (failure.code === 'INTERNAL' && process.env['KRMPOD_LOG'] === 'debug')
    process.stderr.write(`${String(failure.cause)}\n`)
  return failure.exit
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}
