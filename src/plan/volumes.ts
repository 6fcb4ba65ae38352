import type { PodSpec } from '../kube/types.ts'
import type { EnvVar, RunRequest } from '../request/run-request.ts'

type EmptyDir = NonNullable<NonNullable<PodSpec['volumes']>[number]['emptyDir']>

export interface PlannedVolume {
  readonly name: string
  readonly mountPath: string
  readonly emptyDir: EmptyDir
}

const TEMP = '/tmp'

/** None that the run does not need: with any, kubelet starts the container a quarter of a second later. */
export function planVolumes({ resources, readOnlyRoot }: RunRequest): readonly PlannedVolume[] {
  const { shmBytes } = resources
  return [
    ...(shmBytes === undefined
      ? []
      : [
          {
            name: 'shm',
            mountPath: '/dev/shm',
            emptyDir: { medium: 'Memory', sizeLimit: String(shmBytes) },
          },
        ]),
    ...(readOnlyRoot ? [{ name: 'temp', mountPath: TEMP, emptyDir: {} }] : []),
  ]
}

/** With a read-only root, the folder for temporary files is the home as well, unless the caller names one. */
export function withHome({ env, readOnlyRoot }: Pick<RunRequest, 'env' | 'readOnlyRoot'>): readonly EnvVar[] {
  if (!readOnlyRoot || env.some(({ name }) => name === 'HOME')) return env
  return [{ name: 'HOME', value: TEMP, secret: false }, ...env]
}
