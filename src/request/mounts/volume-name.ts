import { usageError } from '../../argv/usage.ts'
import { RunError } from '../../errors/run-error.ts'
import type { MountSpec } from './mount-spec.ts'

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/
const CHARACTERS = '[a-zA-Z0-9][a-zA-Z0-9_.-]'

/** A volume's name by docker's rules, if the settings let functions have the claim of that name. */
export function claimOf({ source, context, spelled }: MountSpec, allowed: readonly string[]): string {
  const refuse = (problem: string): RunError => usageError(`${context}create ${source}: ${problem}`)
  if (source.length === 1)
    throw refuse('volume name is too short, names should be at least two alphanumeric characters')
  if (!NAME.test(source)) {
    throw refuse(
      `${JSON.stringify(source)} includes invalid characters for a local volume name, only "${CHARACTERS}" are allowed. If you intended to pass a host directory, use absolute path`,
    )
  }
  if (allowed.includes(source)) return source
  const why = `mounts.volumes does not name ${source}: it lists the PersistentVolumeClaims that functions may use`
  throw new RunError('MOUNT_NOT_ALLOWED', { mount: spelled, why })
}
