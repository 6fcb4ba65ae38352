import type { Container, PodSpec } from '../kube/types.ts'
import type { Mount } from '../request/mounts/mount.ts'
import type { RunRequest } from '../request/run-request.ts'

type Volume = NonNullable<PodSpec['volumes']>[number]
type VolumeMount = NonNullable<Container['volumeMounts']>[number]

/** A volume of the Pod, and where the function sees it. */
export interface PlannedVolume {
  readonly volume: Volume
  readonly mount: Omit<VolumeMount, 'name'>
}

/** The caller's mounts, one volume each. Those of the caller's files are not among them. */
export function planMounts({ mounts, pullPolicy }: RunRequest): readonly PlannedVolume[] {
  return mounts.flatMap((mount, index) => {
    const source = sourceOf(mount, pullPolicy)
    return source ? [{ volume: { name: `mount-${index}`, ...source }, mount: placeOf(mount) }] : []
  })
}

function sourceOf(mount: Mount, pullPolicy: RunRequest['pullPolicy']): Omit<Volume, 'name'> | undefined {
  switch (mount.kind) {
    case 'bind':
      return undefined
    case 'tmpfs': {
      const { sizeBytes } = mount
      return {
        emptyDir: { medium: 'Memory', ...(sizeBytes !== undefined && { sizeLimit: String(sizeBytes) }) },
      }
    }
    case 'scratch':
      return { emptyDir: {} }
    case 'volume':
      return { persistentVolumeClaim: { claimName: mount.claim, ...(mount.readOnly && { readOnly: true }) } }
    case 'image':
      return { image: { reference: mount.reference, pullPolicy } }
  }
}

function placeOf(mount: Mount): PlannedVolume['mount'] {
  // Kubernetes mounts an image read-only whatever is said; said, it can be seen.
  const readOnly = mount.kind === 'image' || mount.readOnly
  const subPath = 'subPath' in mount ? mount.subPath : undefined
  return {
    mountPath: mount.target,
    ...(subPath !== undefined && { subPath }),
    ...(readOnly && { readOnly }),
  }
}
