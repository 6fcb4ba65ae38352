import { asRunError } from '../errors/run-error.ts'
import { explainError } from '../result/explain.ts'

/** Runs a whole command and turns its end into the process's. Errors are printed here, once, and nowhere else. */
export async function runToExit(command: () => Promise<number>): Promise<void> {
  let status: number
  try {
    status = await command()
  } catch (error) {
    const failure = asRunError(error)
    process.stderr.write(explainError(failure))
    if (failure.code === 'INTERNAL' && process.env['KRMPOD_LOG'] === 'debug')
      process.stderr.write(`${String(failure.cause)}\n`)
    status = failure.exit
  }
  await flush(process.stderr)
  // Not only the exit code: an abandoned stdin or a kept connection must not hold the caller up.
  process.exit(status)
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}
