// A program that uses krmpod as a library: prints what it learns as JSON.
import { RunError, runFunction } from 'krmpod'

const { argv, input, endAfterMs } = JSON.parse(process.argv[2])
const signal = endAfterMs === undefined ? undefined : AbortSignal.timeout(endAfterMs)
try {
  const { exitCode, stdout, stderr } = await runFunction({ argv, input, ...(signal && { signal }) })
  console.log(JSON.stringify({ exitCode, stdout: stdout.toString(), stderr: stderr.toString() }))
} catch (error) {
  if (!(error instanceof RunError)) throw error
  console.log(JSON.stringify({ code: error.code, exit: error.exit }))
}
