import { OWN_FOLDER } from '../kube/own-folder.ts'
import type { Container, PodSpec } from '../kube/types.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { Helper } from './lane.ts'
import { containerSecurity } from './security.ts'

type Volume = NonNullable<PodSpec['volumes']>[number]

const VOLUME = 'krmpod'
const COPY_CONTAINER = 'helper'

/** The one program of the helper image, as the function's container sees it. */
export const BUSYBOX: string = `${OWN_FOLDER}/bin/busybox`

/**
 * PID 1 of the exec lane: waits for the Pod's end. As PID 1 it gets no signal it does not ask for, and passes on to
 * the function what docker would have given it.
 */
const WAIT = `trap 'kill -TERM -1' TERM; while :; do ${BUSYBOX} sleep 3600 & wait $!; done`
const COPY = `/bin/busybox mkdir ${OWN_FOLDER}/bin && /bin/busybox cp /bin/busybox ${BUSYBOX}`

/** The parts of a Pod in which the function is started by exec. */
export interface HelperParts {
  readonly command: readonly string[]
  readonly volumeMount: NonNullable<Container['volumeMounts']>[number]
  readonly volume: Volume
  readonly initContainers: readonly Container[]
}

export function helperParts(request: RunRequest, { image, by }: Helper): HelperParts {
  const isCopy = by === 'copy'
  return {
    command: [BUSYBOX, 'sh', '-c', WAIT],
    volumeMount: { name: VOLUME, mountPath: OWN_FOLDER, readOnly: true },
    volume: isCopy
      ? { name: VOLUME, emptyDir: {} }
      : { name: VOLUME, image: { reference: image, pullPolicy: 'IfNotPresent' } },
    initContainers: isCopy ? [copyContainer(request, image)] : [],
  }
}

function copyContainer(request: RunRequest, image: string): Container {
  const { requests, limits } = request.resources
  return {
    name: COPY_CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/busybox', 'sh', '-c', COPY],
    resources: { requests: { ...requests }, limits: { ...limits } },
    securityContext: containerSecurity(request),
    volumeMounts: [{ name: VOLUME, mountPath: OWN_FOLDER }],
  }
}
