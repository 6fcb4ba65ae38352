import type { RunRequest } from '../request/run-request.ts'
import { FreshAttachSession } from '../session/fresh-attach.ts'
import { RerunSession } from '../session/rerun.ts'
import type { Session } from '../session/session.ts'
import type { RunHost } from './host.ts'
import { planRun } from './plan-run.ts'
import type { Stop } from './stop.ts'

interface World {
  readonly host: RunHost
  readonly stop: Stop
  readonly explain: (error: unknown) => unknown
}

/** The kind of session that this request and this host call for. Each attempt has a plan, and so a Pod, of its own. */
export function newSession(request: RunRequest, { host, stop, explain }: World): Session {
  const { api, trace, temporaryDirectory } = host
  const isPure = request.network === 'none'
  return new RerunSession({
    attempts: isPure && host.rerun && !host.keep ? 2 : 1,
    temporaryDirectory,
    newAttempt: async () => {
      const plan = await planRun(request, host)
      return new FreshAttachSession({ api, plan, trace, ...stop, explain }, temporaryDirectory)
    },
    onRerun: (reason) => trace.waitFor(`once more, because ${reason.message}`),
  })
}
