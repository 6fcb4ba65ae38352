import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs a program; gives its stdout, or fails with the end of what it said. */
export async function sh(program, args, options = {}) {
  try {
    const { stdout } = await execute(program, args, { maxBuffer: 64 << 20, ...options })
    return stdout.trimEnd()
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error(`${program} is not on PATH`, { cause: error })
    const said = `${error.stderr ?? ''}`.trimEnd().split('\n').slice(-15).join('\n')
    throw new Error(`${program} ${args.join(' ')} failed:\n${said}`, { cause: error })
  }
}
