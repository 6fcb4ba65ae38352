import { RunError } from '../errors/run-error.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { RunHost } from './host.ts'
import { run } from './run.ts'

/** No image has it, so a Pod that gets as far as missing it has pulled its image. */
const NO_SUCH_PROGRAM = '/krmpod-only-pulls-this-image'

/** Has a node pull the request's image; rejects as a run of it would, when it cannot be pulled. */
export async function pullImage(request: RunRequest, host: RunHost): Promise<void> {
  const streams = { stdin: false, stdout: false, stderr: false }
  try {
    await run({ ...request, lane: 'attach', entrypoint: [NO_SUCH_PROGRAM], args: [], streams }, host)
  } catch (error) {
    if (!(error instanceof RunError) || error.code !== 'ENTRYPOINT_NOT_FOUND') throw error
  }
}
