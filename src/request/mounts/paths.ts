import { posix } from 'node:path'
import { RunError } from '../../errors/run-error.ts'
import { OWN_FOLDER } from '../../kube/own-folder.ts'
import { configError, type MountSpec } from './mount-spec.ts'

/** Absolute, without `.`, `..` and a slash at the end. */
export function targetOf(spec: MountSpec): string {
  if (spec.target === '') throw configError(spec, 'field Target must not be empty')
  checkAbsolute(spec, spec.target)
  const target = posix.resolve(spec.target)
  if (target === '/') throw configError(spec, "invalid specification: destination can't be '/'")
  if (target.includes(':')) throw refused(target, "Kubernetes has no ':' in a mount path")
  if (`${target}/`.startsWith(`${OWN_FOLDER}/`)) throw refused(target, 'krmpod needs that folder itself')
  return target
}

/** docker's command makes a path absolute that starts with a dot, and no other. */
export function bindSourceOf(spec: MountSpec, cwd: () => string): string {
  if (spec.source === '') throw configError(spec, 'field Source must not be empty')
  const source = spec.source.startsWith('.') ? fromFolder(cwd, spec.source) : spec.source
  checkAbsolute(spec, source)
  return posix.resolve(source)
}

/** Of `volume-subpath` and `image-subpath`: a path that stays inside. */
export function subPathOf(spec: MountSpec): { subPath?: string } {
  if (spec.subPath === undefined) return {}
  const subPath = posix.normalize(spec.subPath).replace(/(?<=.)\/$/, '')
  if (/^(?:\/|\.\.(?:\/|$))/.test(subPath))
    throw configError(spec, 'subpath must be a relative path within the volume')
  return subPath === '.' ? {} : { subPath }
}

/** As it is where the caller's folder is gone. */
function fromFolder(cwd: () => string, path: string): string {
  try {
    return posix.resolve(cwd(), path)
  } catch {
    return path
  }
}

function checkAbsolute(spec: MountSpec, path: string): void {
  if (!path.startsWith('/'))
    throw configError(spec, `invalid mount path: '${path}' mount path must be absolute`)
}

function refused(target: string, why: string): RunError {
  return new RunError('FLAG_REFUSED', { flag: `a mount at ${target}`, why })
}
