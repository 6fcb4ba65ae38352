import { RunError } from '../../errors/run-error.ts'

interface Extra {
  readonly cause?: unknown
  readonly notes?: readonly string[]
}

export function kubeconfigError(problem: string, extra: Extra = {}): RunError<'KUBECONFIG'> {
  return new RunError('KUBECONFIG', { problem }, extra)
}

/** `ENOENT: no such file or directory`, without the call and the path that Node appends. */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/, \w+( '.*')?$/, '')
}
