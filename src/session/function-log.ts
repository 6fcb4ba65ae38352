import { readLog } from '../cluster/pods.ts'
import { FUNCTION_CONTAINER } from '../plan/pod-plan.ts'
import type { ContainerLog } from '../streams/proof.ts'
import { podOf, type Target } from './target.ts'

/** The function's container log, as the API server gives it: stdout and stderr in one, the current file only. */
export function functionLog(target: Target): ContainerLog {
  const read = (query: Record<string, string>): Promise<Buffer> =>
    readLog(target.api, { ...podOf(target), container: FUNCTION_CONTAINER, query }, target)
  return {
    head: (maxBytes) => read({ limitBytes: String(maxBytes) }),
    tail: (lines) => read({ tailLines: String(lines) }),
  }
}
