import type { Toleration } from '../kube/types.ts'
import type { PodTemplate } from '../settings/pod-template.ts'
import type { Mount, MountRules } from './mounts/mount.ts'

/** What one `docker run` asks for, with settings and environment applied: immutable, nothing left to look up. */
export interface RunRequest {
  /** What the nodes pull, e.g. `mirror.example.com/kptdev/krm-functions-catalog/set-labels:v0.2.0`. */
  readonly image: string
  /** The reference as it was given, e.g. `ghcr.io/kptdev/krm-functions-catalog/set-labels:v0.2.0`. */
  readonly givenImage: string
  /** Replaces the image's ENTRYPOINT (and drops its CMD). */
  readonly entrypoint?: readonly string[]
  /** Replaces the image's CMD. Empty: the image's own. */
  readonly args: readonly string[]
  readonly workingDir?: string
  readonly user: User
  readonly groups: readonly number[]
  /** `none`: a deny-all NetworkPolicy selects the Pod. `open`: the cluster's Pod network. Never the node's. */
  readonly network: 'none' | 'open'
  /** What `none` asks of the cluster: a policy that was shown to be enforced, any, or nothing. */
  readonly enforcement: 'require' | 'warn' | 'off'
  /** How long what `krmpod doctor --probe` has shown counts. */
  readonly proofMaxAgeMs: number
  readonly env: readonly EnvVar[]
  readonly streams: StreamWishes
  readonly readOnlyRoot: boolean
  /** No two have the same target. */
  readonly mounts: readonly Mount[]
  readonly mountRules: MountRules
  readonly resources: Resources
  readonly pullPolicy: 'Always' | 'IfNotPresent' | 'Never'
  readonly pullSecrets: readonly string[]
  readonly recordDigest: boolean
  /** `dockerConfig`: the caller's login becomes one more pull secret. */
  readonly pullSecretFrom: 'dockerConfig' | 'off'
  /** Without one: the namespace's `default`. Its token is never mounted. */
  readonly serviceAccount?: string
  /** In a user namespace of the Pod's own. */
  readonly userNamespace: boolean
  readonly nodeSelector: Readonly<Record<string, string>>
  readonly tolerations: readonly Toleration[]
  /** Of the settings, beside krmpod's own, which they cannot replace. */
  readonly labels: Readonly<Record<string, string>>
  /** What is not in here already: plan/pod-template.ts. */
  readonly podTemplate?: PodTemplate
  readonly platform?: { readonly os: string; readonly arch: string }
  readonly name?: string
  readonly hostname?: string
  /** docker's labels and annotations, and the settings' annotations; all become annotations, whose values may be long. */
  readonly annotations: Readonly<Record<string, string>>
  readonly hosts: readonly { readonly ip: string; readonly names: readonly string[] }[]
  readonly dns: {
    readonly servers: readonly string[]
    readonly searches: readonly string[]
    readonly options: readonly string[]
  }
  readonly stopTimeoutSeconds: number
  readonly cidfile?: string
  /** Whole run, from its start to the exit code. Not above zero: the caller's own time is up already. */
  readonly deadlineMs: number
  /** As in "the run did not end within …". */
  readonly deadlineName: string
  readonly nudge: boolean
  /** How many Pods may wait for the next such run, for how long, and how long that run may take. */
  readonly standby: { readonly size: number; readonly ttlMs: number; readonly longestRunMs: number }
  /** `auto`: attach, unless output would be lost before it. */
  readonly lane: 'auto' | 'attach' | 'exec'
  readonly helperImage: string
  /** Registry, or `*`, to the URL that krmpod asks instead. */
  readonly mirrors: ReadonlyMap<string, string>
  readonly proof: boolean
  readonly maxOutputBytes: number
  /** More is dropped, with a notice. */
  readonly maxStderrBytes: number
  /** What the settings took away: said to everybody, also where docker would say nothing. */
  readonly notices: readonly string[]
  /** Things the caller should know of, one line each: ignored flags with consequences, unset names. */
  readonly warnings: readonly string[]
}

/** `image`: whatever the image or the namespace says. A missing gid leaves it to the image's passwd, as docker does. */
export type User =
  | { readonly kind: 'image' }
  | { readonly kind: 'ids'; readonly uid: number; readonly gid?: number }

/** `secret`: the value came from the caller's environment (bare `-e NAME`) and stays out of the Pod's spec. */
export interface EnvVar {
  readonly name: string
  readonly value: string
  readonly secret: boolean
}

export interface StreamWishes {
  /** `-i`: the caller's stdin is fed to the function. Otherwise the function reads an empty stdin. */
  readonly stdin: boolean
  /** Not attached (`-a` names only others): drained and dropped. */
  readonly stdout: boolean
  readonly stderr: boolean
}

/** Quantities as Kubernetes writes them; undefined: none set. */
export interface Resources {
  readonly requests: ResourceList
  readonly limits: ResourceList
  /** `--shm-size`, in bytes. */
  readonly shmBytes?: number
}

export interface ResourceList {
  readonly cpu?: string
  readonly memory?: string
  readonly 'ephemeral-storage'?: string
}
