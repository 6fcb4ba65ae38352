import type { EnvVar, RunRequest } from '../request/run-request.ts'
import { type PlannedVolume, planMounts } from './mounts.ts'

const SHM = '/dev/shm'
const TEMP = '/tmp'

/** None that the run does not need: with any, kubelet starts the container a quarter of a second later. */
export function planVolumes(request: RunRequest): readonly PlannedVolume[] {
  const taken = new Set(request.mounts.map(({ target }) => target))
  const own = ownVolumes(request).filter(({ mount }) => !taken.has(mount.mountPath))
  return [...own, ...planMounts(request)]
}

/** What a run has without asking for a mount; the caller's own, in the same place, replaces it, as with docker. */
function ownVolumes({ resources, readOnlyRoot }: RunRequest): readonly PlannedVolume[] {
  const { shmBytes } = resources
  return [
    ...(shmBytes === undefined
      ? []
      : [
          {
            volume: { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: String(shmBytes) } },
            mount: { mountPath: SHM },
          },
        ]),
    ...(readOnlyRoot ? [{ volume: { name: 'temp', emptyDir: {} }, mount: { mountPath: TEMP } }] : []),
  ]
}

/** With a read-only root, the folder for temporary files is the home as well, unless the caller names one. */
export function withHome({ env, readOnlyRoot }: Pick<RunRequest, 'env' | 'readOnlyRoot'>): readonly EnvVar[] {
  if (!readOnlyRoot || env.some(({ name }) => name === 'HOME')) return env
  return [{ name: 'HOME', value: TEMP, secret: false }, ...env]
}
