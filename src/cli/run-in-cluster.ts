import { setImmediate } from 'node:timers/promises'
import { askPolicies } from '../cluster/asked-policies.ts'
import { needsPolicy } from '../plan/network-policy.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { RunResult } from '../result/run-result.ts'
import type { RunHost } from '../run/host.ts'
import { type Asked, type Caller, prepareHost } from './prepare.ts'
import { sweepBeside } from './sweep-beside.ts'

/** For what is asked before there is a Pod, one after the other; parked Pods are looked for beside it. */
const CONNECTIONS = { alone: 1, standby: 2 }

/** The whole of it: with a Pod. */
export async function runInCluster(
  { request, settings }: Asked,
  caller: Caller & Partial<RunHost>,
): Promise<RunResult> {
  const host = await prepareHost(settings, request.standby.size > 0 ? CONNECTIONS.standby : CONNECTIONS.alone)
  const asked = await askAhead(request, { ...host, ...caller })
  const { run } = await import('../run/run.ts')
  const ended = new AbortController()
  const { sweep } = settings
  const { deadlineMs } = request
  const { signal } = ended
  try {
    return await run(request, {
      ...host,
      ...asked,
      rerun: true,
      onCreated: () => sweepBeside({ ...host, sweep, deadlineMs, signal }),
      ...caller,
    })
  } finally {
    // Who ends the process with this answer ends its connections, too, and need not wait for it.
    void setImmediate().then(() => {
      ended.abort()
      host.api.close()
    })
  }
}

/** Before the Pod can be asked for; what else that needs is loaded while the server answers. */
async function askAhead(
  request: RunRequest,
  { api, namespace, interrupted }: Pick<RunHost, 'api' | 'namespace' | 'interrupted'>,
): Promise<Pick<RunHost, 'policies'>> {
  if (!needsPolicy(request)) return {}
  const policies = askPolicies(api, namespace, interrupted)
  // It leaves in this turn of the loop.
  await setImmediate()
  return { policies }
}
