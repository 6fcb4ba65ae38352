import { ApiError } from '../cluster/api-error.ts'
import { isRunError, RunError } from '../errors/run-error.ts'
import { BUSYBOX } from '../plan/helper.ts'
import type { Helper } from '../plan/lane.ts'

/** An error that comes of our helper, not of the function: before it could be started. Any other comes back as it is. */
export function helperFailure(error: unknown, helper: Helper): unknown {
  if (error instanceof ApiError) return isVolumeRefused(error, helper) ? other(error) : error
  if (!isRunError(error)) return error
  switch (error.code) {
    case 'IMAGE_PULL':
      return error.message.includes(bare(helper.image)) ? unavailable(error) : error
    case 'ENTRYPOINT_NOT_FOUND':
    case 'NOT_EXECUTABLE':
    case 'CANNOT_START':
      return error.message.includes(BUSYBOX) ? unsuitable(error, helper) : error
    case 'CONTAINER_CONFIG':
      return helper.by === 'imageVolume' && !error.message.includes('no command specified')
        ? other(error)
        : error
    default:
      return error
  }
}

/** A server without image volumes drops what it does not know, and misses a type; an older Pod Security knows none. */
function isVolumeRefused({ status, message }: ApiError, { by }: Helper): boolean {
  if (by !== 'imageVolume') return false
  if (status === 422) return message.includes('must specify a volume type')
  return status === 403 && message.includes('restricted volume types')
}

function other(error: Error): RunError {
  const problem = `this cluster has no image volumes: ${error.message}`
  return new RunError('EXEC_UNAVAILABLE', { problem, otherHelper: true }, { cause: error })
}

function unavailable(error: RunError): RunError {
  return new RunError('EXEC_UNAVAILABLE', { problem: error.message }, { cause: error })
}

function unsuitable(error: RunError, { image }: Helper): RunError {
  const problem = `helper.image ${image} has no static /bin/busybox: ${error.message}`
  return new RunError('EXEC_UNAVAILABLE', { problem }, { cause: error })
}

/** Nodes tell of `docker.io/library/busybox:musl`. */
function bare(image: string): string {
  return image.split('/').at(-1) ?? image
}
