import type { Container, PodSpec } from '../kube/types.ts'
import { quantityToBytes } from '../request/bytes.ts'
import type { BindMount } from '../request/mounts/mount.ts'
import type { ResourceList, Resources, RunRequest } from '../request/run-request.ts'
import { escapeDollars } from './escape.ts'
import { type PlannedUploads, RECEIVER_CONTAINER } from './pod-plan.ts'
import { RECEIVE, treePath } from './receiver-script.ts'
import { containerSecurity } from './security.ts'

type VolumeMount = NonNullable<Container['volumeMounts']>[number]

const VOLUME = 'mounts'
const MOUNT_PATH = '/mounts'

/** The parts of a Pod whose function gets files of the caller's. */
export interface ReceiverParts {
  readonly volume: NonNullable<PodSpec['volumes']>[number]
  readonly initContainer: Container
  readonly volumeMounts: readonly VolumeMount[]
}

/** Before the function starts, an init container takes the files from its stdin and checks them. */
export function receiverParts(request: RunRequest, { treeOf }: PlannedUploads): ReceiverParts {
  const binds = request.mounts.filter((mount): mount is BindMount => mount.kind === 'bind')
  const { requests, limits } = request.resources
  return {
    volume: { name: VOLUME, emptyDir: {} },
    initContainer: {
      name: RECEIVER_CONTAINER,
      image: request.helperImage,
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', RECEIVE, 'sh', MOUNT_PATH].map(escapeDollars),
      stdin: true,
      stdinOnce: true,
      resources: { requests: { ...requests }, limits: { ...limits } },
      securityContext: containerSecurity(request),
      volumeMounts: [{ name: VOLUME, mountPath: MOUNT_PATH }],
    },
    volumeMounts: binds.map(({ source, target, readOnly }) => ({
      name: VOLUME,
      mountPath: target,
      subPath: treePath(treeOf.get(source) ?? 0),
      ...(readOnly && { readOnly }),
    })),
  }
}

/** kubelet counts an emptyDir against what the Pod's containers may write: the caller's files are not the function's. */
export function withRoomFor({ diskBytes }: PlannedUploads, resources: Resources): Resources {
  const more = (list: ResourceList): ResourceList => {
    const storage = list['ephemeral-storage']
    if (storage === undefined) return list
    return { ...list, 'ephemeral-storage': String(quantityToBytes(storage) + diskBytes) }
  }
  return { ...resources, requests: more(resources.requests), limits: more(resources.limits) }
}
