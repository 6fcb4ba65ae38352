import { RunError } from '../errors/run-error.ts'
import type { RunRequest } from '../request/run-request.ts'

/** Until files are shipped into the Pod: a mount of them is refused, not dropped. */
export function refuseBindMounts({ mounts }: RunRequest): void {
  const bind = mounts.find(({ kind }) => kind === 'bind')
  if (!bind) return
  throw new RunError('FLAG_REFUSED', {
    flag: `a bind mount at ${bind.target}`,
    why: 'files are not shipped into the Pod yet',
  })
}
