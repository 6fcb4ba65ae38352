import type { Container, PodSpec } from '../kube/types.ts'
import { quantityToBytes } from '../request/bytes.ts'
import type { BindMount } from '../request/mounts/mount.ts'
import type { ResourceList, Resources, RunRequest } from '../request/run-request.ts'
import { escapeDollars } from './escape.ts'
import { GIVER_CONTAINER, type PlannedUploads, RECEIVER_CONTAINER } from './pod-plan.ts'
import { GIVE_BACK, RECEIVE, RECEIVE_PACKED, treePath } from './receiver-script.ts'
import { containerSecurity } from './security.ts'

type VolumeMount = NonNullable<Container['volumeMounts']>[number]

const VOLUME = 'mounts'
const MOUNT_PATH = '/mounts'
const MEMORY_BYTES = 16 * 1024 * 1024
const MEMORY_PARTS = 64

/** The parts of a Pod whose function gets files of the caller's. */
export interface ReceiverParts {
  readonly volume: NonNullable<PodSpec['volumes']>[number]
  readonly initContainers: readonly Container[]
  readonly volumeMounts: readonly VolumeMount[]
}

/**
 * Before the function starts, an init container takes the files from its stdin and checks them. Another one outlives the
 * function, where it may write to them, and gives them back.
 */
export function receiverParts(request: RunRequest, uploads: PlannedUploads): ReceiverParts | undefined {
  const binds = bindMounts(request)
  if (binds.length === 0) return undefined
  const writable = writableTrees(request, uploads)
  const script = uploads.packed ? RECEIVE_PACKED : RECEIVE
  const receiver = scriptContainer(request, { name: RECEIVER_CONTAINER, words: [script, 'sh', MOUNT_PATH] })
  const words = [GIVE_BACK, 'sh', MOUNT_PATH, ...writable.map(treePath)]
  return {
    volume: { name: VOLUME, emptyDir: isForMemory(request, uploads) ? { medium: 'Memory' } : {} },
    initContainers: [
      receiver,
      ...(writable.length === 0
        ? []
        : [{ ...scriptContainer(request, { name: GIVER_CONTAINER, words }), restartPolicy: 'Always' }]),
    ],
    volumeMounts: binds.map(({ source, target, readOnly }) => ({
      name: VOLUME,
      mountPath: target,
      subPath: treePath(treeNumber(uploads, source)),
      ...(readOnly && { readOnly }),
    })),
  }
}

/**
 * Small files that nobody can add to never touch the node's disk, and cost the function less of its memory than would
 * be noticed.
 */
function isForMemory(request: RunRequest, uploads: PlannedUploads): boolean {
  const { memory } = request.resources.limits
  const limit = memory === undefined ? Number.POSITIVE_INFINITY : quantityToBytes(memory)
  const { diskBytes } = uploads
  if (diskBytes > MEMORY_BYTES || !(diskBytes * MEMORY_PARTS <= limit)) return false
  return writableTrees(request, uploads).length === 0
}

/** The numbers of those trees that the function may write to. */
export function writableTrees(request: RunRequest, uploads: PlannedUploads): readonly number[] {
  const trees = bindMounts(request)
    .filter(({ readOnly }) => !readOnly)
    .map(({ source }) => treeNumber(uploads, source))
  return [...new Set(trees)]
}

function treeNumber({ treeOf }: PlannedUploads, source: string): number {
  const number = treeOf.get(source)
  if (number === undefined) throw new Error(`nobody has looked at ${source}`)
  return number
}

function bindMounts({ mounts }: RunRequest): readonly BindMount[] {
  return mounts.filter((mount): mount is BindMount => mount.kind === 'bind')
}

function scriptContainer(
  request: RunRequest,
  { name, words }: { readonly name: string; readonly words: readonly string[] },
): Container {
  const { requests, limits } = request.resources
  return {
    name,
    image: request.helperImage,
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', ...words].map(escapeDollars),
    stdin: true,
    stdinOnce: true,
    resources: { requests: { ...requests }, limits: { ...limits } },
    securityContext: containerSecurity(request),
    volumeMounts: [{ name: VOLUME, mountPath: MOUNT_PATH }],
  }
}

/** kubelet counts an emptyDir against what the Pod's containers may write: the caller's files are not the function's. */
export function withRoomFor(uploads: PlannedUploads, request: RunRequest): Resources {
  const { resources } = request
  const { diskBytes } = uploads
  if (diskBytes === 0 || isForMemory(request, uploads)) return resources
  const more = (list: ResourceList): ResourceList => {
    const storage = list['ephemeral-storage']
    if (storage === undefined) return list
    return { ...list, 'ephemeral-storage': String(quantityToBytes(storage) + diskBytes) }
  }
  return { ...resources, requests: more(resources.requests), limits: more(resources.limits) }
}
