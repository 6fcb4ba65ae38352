import { RunError } from '../../errors/run-error.ts'
import type { Settings } from '../../settings/settings.ts'
import { type ImageRules, permittedImage } from '../images/image-rules.ts'
import type { BindMount, Mount, ScratchMount, TmpfsMount } from './mount.ts'
import { configError, type MountSpec } from './mount-spec.ts'
import { bindSourceOf, subPathOf, targetOf } from './paths.ts'
import { claimOf } from './volume-name.ts'

interface World {
  readonly settings: Settings['mounts']
  readonly images: ImageRules
  readonly cwd: () => string
}

/** Checked as docker's daemon does, in its words, and against the settings. */
export function toMount(spec: MountSpec, world: World): Mount {
  const { type, source, readOnly } = spec
  const target = targetOf(spec)
  if (type === 'bind') return bindMount(spec, target, world)
  if (type === 'tmpfs') return tmpfsMount(spec, target)
  if (type === 'volume' && source === '') return scratchMount(spec, target)
  if (type === 'volume') {
    const claim = claimOf(spec, world.settings.volumes)
    return { kind: 'volume', claim, target, readOnly, ...subPathOf(spec) }
  }
  if (type === 'image') {
    if (source === '') throw configError(spec, 'field Source must not be empty')
    const reference = permittedImage(source, world.images)
    return { kind: 'image', reference, target, ...subPathOf(spec) }
  }
  throw unknownType(spec)
}

function bindMount(spec: MountSpec, target: string, { settings, cwd }: World): BindMount {
  const { readOnly, createSource, spelled } = spec
  const source = bindSourceOf(spec, cwd)
  if (readOnly || settings.rw === 'on') return { kind: 'bind', source, target, readOnly, createSource }
  throw new RunError('MOUNT_NOT_ALLOWED', {
    mount: spelled,
    why: 'the function could write to it, and mounts.rw is off: mount it read-only, or set KRMPOD_MOUNTS_RW=on',
  })
}

function tmpfsMount({ readOnly, sizeBytes }: MountSpec, target: string): TmpfsMount {
  return { kind: 'tmpfs', target, readOnly, ...(sizeBytes !== undefined && { sizeBytes }) }
}

function scratchMount(spec: MountSpec, target: string): ScratchMount {
  if (spec.subPath !== undefined) throw configError(spec, 'must not set Subpath when using anonymous volumes')
  if (spec.readOnly) throw configError(spec, 'must not set ReadOnly mode when using anonymous volumes')
  return { kind: 'scratch', target, readOnly: false }
}

function unknownType(spec: MountSpec): RunError {
  const { type } = spec
  if (type !== 'npipe' && type !== 'cluster') return configError(spec, 'mount type unknown')
  const why = type === 'npipe' ? 'functions run on Linux' : 'a Pod has no docker volumes or storage drivers'
  return new RunError('FLAG_REFUSED', { flag: `--mount type=${type}`, why })
}
