/** What `--mount`, `-v` and `--tmpfs` put into the function's file system. Targets are absolute, without `.` and `..`. */
export type Mount = BindMount | TmpfsMount | VolumeMount | ScratchMount | ImageMount

/** Files of the caller's. Whether they exist, and may be read, is not known here. */
export interface BindMount {
  readonly kind: 'bind'
  /** Absolute, without `.` and `..`; symbolic links as they were written. */
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  /** A source that is missing is an empty folder (`-v`, `bind-create-src`), not an error. */
  readonly createSource: boolean
}

export interface TmpfsMount {
  readonly kind: 'tmpfs'
  readonly target: string
  readonly readOnly: boolean
  readonly sizeBytes?: number
}

/** A PersistentVolumeClaim of the namespace, by docker's name for a volume. */
interface VolumeMount {
  readonly kind: 'volume'
  readonly claim: string
  readonly target: string
  readonly readOnly: boolean
  readonly subPath?: string
}

/** docker's anonymous volume: an empty folder that is gone after the run. */
export interface ScratchMount {
  readonly kind: 'scratch'
  readonly target: string
  readonly readOnly: boolean
}

/** The files of an image, which nobody can write to. */
interface ImageMount {
  readonly kind: 'image'
  readonly reference: string
  readonly target: string
  readonly subPath?: string
}

/** What bind mounts may be made of. */
export interface MountRules {
  /** Sources have to be in one of these folders, after symbolic links are followed. Not set: anywhere. */
  readonly allow?: readonly string[]
  /** Of all bind mounts of a run together. */
  readonly maxBytes: number
  readonly maxFiles: number
}
