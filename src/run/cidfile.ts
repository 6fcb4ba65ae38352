import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { RunError } from '../errors/run-error.ts'

interface CidFile {
  /** `id`: the Pod's UID, in place of docker's container ID. */
  readonly write: (id: string) => void
  /** The run made no Pod: docker leaves no empty file either. */
  readonly discard: () => void
}

/** Opened before anything is made, since docker refuses a file that exists. */
export function openCidFile(path: string | undefined): CidFile {
  if (path === undefined) return { write: () => undefined, discard: () => undefined }
  let file: number
  try {
    file = openSync(path, 'wx', 0o644)
  } catch (error) {
    const problem =
      (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'it exists already' : (error as Error).message
    throw new RunError('CIDFILE', { file: path, problem }, { cause: error })
  }
  let written = false
  return {
    write: (id) => {
      writeSync(file, id)
      closeSync(file)
      written = true
    },
    discard: () => {
      if (written) return
      closeSync(file)
      unlinkSync(path)
    },
  }
}
