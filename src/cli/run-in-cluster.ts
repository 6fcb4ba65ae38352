import type { RunResult } from '../result/run-result.ts'
import type { RunHost } from '../run/host.ts'
import { type Asked, type Caller, prepareHost } from './prepare.ts'
import { sweepBeside } from './sweep-beside.ts'

/** For the first request, and for what does not wait for its answer: parked Pods are asked for, a container dialled. */
const CONNECTIONS = 2

/** The whole of it: with a Pod. */
export async function runInCluster(
  { request, settings }: Asked,
  caller: Caller & Partial<RunHost>,
): Promise<RunResult> {
  const host = await prepareHost(settings, CONNECTIONS)
  const { run } = await import('../run/run.ts')
  const ended = new AbortController()
  const { sweep } = settings
  const { deadlineMs } = request
  const { signal } = ended
  try {
    return await run(request, {
      ...host,
      rerun: true,
      onCreated: () => sweepBeside({ ...host, sweep, deadlineMs, signal }),
      ...caller,
    })
  } finally {
    ended.abort()
    host.api.close()
  }
}
