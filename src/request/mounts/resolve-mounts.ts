import { allValues } from '../../argv/flag-values.ts'
import { usageError } from '../../argv/usage.ts'
import { RunError } from '../../errors/run-error.ts'
import type { Inputs } from '../inputs.ts'
import type { RunRequest } from '../run-request.ts'
import type { Mount } from './mount.ts'
import { readMountFlag } from './mount-flag.ts'
import { readTmpfsFlag } from './tmpfs-flag.ts'
import { toMount } from './to-mount.ts'
import { readVolumeFlag } from './volume-flag.ts'

/** What `-v`, `--mount` and `--tmpfs` ask for, each target once. */
export function resolveMounts({
  parsed,
  settings,
  cwd,
}: Inputs): Pick<RunRequest, 'mounts' | 'mountRules' | 'warnings'> {
  // docker takes the same -v twice for one.
  const volumes = [...new Set(allValues(parsed, 'volume'))].map(readVolumeFlag)
  const named = [
    ...volumes.filter(({ source }) => source !== ''),
    ...allValues(parsed, 'mount').map(readMountFlag),
    ...allValues(parsed, 'tmpfs').map(readTmpfsFlag),
  ]
  const anonymous = volumes.filter(({ source }) => source === '')
  const world = { settings: settings.mounts, images: settings.images, cwd }
  const { allow, maxBytes, maxFiles } = settings.mounts
  const mounts = together(
    named.map((spec) => toMount(spec, world)),
    anonymous.map((spec) => toMount(spec, world)),
  )
  if (settings.logs === 'none') checkNothingComesBack(mounts)
  return {
    mounts,
    mountRules: { ...(allow && { allow }), maxBytes, maxFiles },
    warnings: named.flatMap(({ spelled, warnings }) => warnings.map((text) => `${spelled}: ${text}`)),
  }
}

/** It would come as the output of a container, which is written to its log. */
function checkNothingComesBack(mounts: readonly Mount[]): void {
  const written = mounts.find((mount) => mount.kind === 'bind' && !mount.readOnly)
  if (!written) return
  throw new RunError('MOUNT_NOT_ALLOWED', {
    mount: `a mount at ${written.target} that the function can write to`,
    why: 'its files would come back through a log of the node, and logs is none: mount it read-only',
  })
}

/** docker lets an anonymous volume (`-v /folder`) give way to whatever else is to be in that place. */
function together(named: readonly Mount[], anonymous: readonly Mount[]): readonly Mount[] {
  const taken = new Set<string>()
  for (const { target } of named) {
    if (taken.has(target)) throw usageError(`Duplicate mount point: ${target}`)
    taken.add(target)
  }
  const free = new Map(
    anonymous.filter(({ target }) => !taken.has(target)).map((mount) => [mount.target, mount]),
  )
  return [...named, ...free.values()]
}
