import type { Mount } from '../../../src/request/mounts/mount.ts'
import type { RunRequest } from '../../../src/request/run-request.ts'
import type { Settings } from '../../../src/settings/settings.ts'
import { request, SETTINGS } from '../resolving.ts'

/** All that settings can allow. */
const ALLOWED: Partial<Settings['mounts']> = { rw: 'on', volumes: ['schemas', 'my.cache', 'myvol'] }

/** The request of `docker run`, from /work, with these flags and an image. */
export function asked(flags: readonly string[], mounts = ALLOWED): RunRequest {
  return request([...flags, 'img'], { settings: { mounts: { ...SETTINGS.mounts, ...mounts } } })
}

export function mountsOf(...flags: readonly string[]): readonly Mount[] {
  return asked(flags).mounts
}
