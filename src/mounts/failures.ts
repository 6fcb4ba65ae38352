import { isRunError, RunError } from '../errors/run-error.ts'
import { legible, type RawPath } from './tree.ts'

/** Somebody else was there during the run. */
export function changed(path: RawPath): RunError {
  return new RunError('MOUNT_CHANGED', { path: legible(path) })
}

/** The root of a container's daemon may read everything; krmpod is who it is. */
export function unreadable(path: RawPath, error: unknown): RunError {
  return new RunError('MOUNT_SOURCE', { problem: `${legible(path)}: ${inWords(error)}` }, { cause: error })
}

/** Of bringing changes back: a full disk, a folder that may not be written to. Other failures say it themselves. */
export function notBroughtBack(error: unknown): RunError {
  if (isRunError(error)) return error
  const problem = `${(error as Error).message}; some of the files may have been changed already`
  return new RunError('MOUNT_RETURN', { problem }, { cause: error })
}

function inWords(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
      return 'it went away while the tree was read'
    case 'EACCES':
      return 'permission denied: docker would read it as root, krmpod reads it as you'
    case 'ENAMETOOLONG':
      return 'its path is longer than the system can name'
    default:
      return message
  }
}
