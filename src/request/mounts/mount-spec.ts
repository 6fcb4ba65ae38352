import { usageError } from '../../argv/usage.ts'
import type { RunError } from '../../errors/run-error.ts'

/** What one flag says of a mount, whichever flag it was; not yet checked. */
export interface MountSpec {
  /** The flag and its value, for messages. */
  readonly spelled: string
  /** What docker's own messages about it begin with. */
  readonly context: string
  readonly type: string
  /** Empty: none given. */
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  readonly createSource: boolean
  readonly sizeBytes?: number
  readonly subPath?: string
  /** Without the flag, which is put in front. */
  readonly warnings: readonly string[]
}

/** A size of 0 is none, as the kernel has it. */
export function sizeLimit(sizeBytes: number): Pick<MountSpec, 'sizeBytes'> {
  return sizeBytes === 0 ? {} : { sizeBytes }
}

/** A refusal in the words of docker's daemon. */
export function configError({ context, type }: MountSpec, problem: string): RunError {
  return usageError(`${context}invalid mount config for type "${type}": ${problem}`)
}
