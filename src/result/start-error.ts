import { RunError } from '../errors/run-error.ts'

/**
 * docker's reading of a runtime's refusal to start a container (docker/cli, toStatusError): 127 not found, 126 not
 * executable. kubelet itself reports exit code 128 and reason StartError for both.
 */
export function startError(message: string): RunError {
  const detail = { message: message.trim() || 'the runtime gave no reason' }
  if (/executable file not found|no such file or directory/.test(message)) {
    return new RunError('ENTRYPOINT_NOT_FOUND', detail)
  }
  if (/permission denied|is a directory|exec format error/.test(message))
    return new RunError('NOT_EXECUTABLE', detail)
  return new RunError('CANNOT_START', detail)
}

/** Reasons that kubelet gives to a container that never ran its entrypoint. */
export const START_ERROR_REASONS: ReadonlySet<string> = new Set([
  'StartError',
  'ContainerCannotRun',
  'RunContainerError',
])
