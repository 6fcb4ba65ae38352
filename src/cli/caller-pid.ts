const VARIABLE = 'KRMPOD_CALLER'

interface Self {
  readonly pid: number
  readonly ppid: number
  readonly env: Record<string, string | undefined>
}

/**
 * The process that called us. The shell line of `bin/docker` saw it, before Node took its time to start (ADR 2); from
 * another start than that, only today's parent can be known. The word is for this process alone, not for its children.
 */
export function callerPid({ pid, ppid, env }: Self): number {
  const [self, caller] = (env[VARIABLE] ?? '').split(':').map(Number)
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete env[VARIABLE]
  return self === pid && caller !== undefined && caller > 0 ? caller : ppid
}
