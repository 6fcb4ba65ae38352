import type { Toleration } from '../kube/types.ts'
import type { PodTemplate } from './pod-template.ts'

/** Every setting with its value after all sources were merged (flags > KRMPOD_* environment > files > default). */
export interface Settings {
  readonly namespace?: string
  readonly context?: string
  readonly kubeconfig?: string
  /** `cache`: whether an exec plugin's credential may be kept on disk until it expires. */
  readonly credentials: { readonly cache: 'on' | 'off' }
  readonly deadlineMs: number
  /** What the caller allows: known callers' limits, none, or so many milliseconds. */
  readonly callerTimeout: 'auto' | 'off' | number
  readonly sweep: 'auto' | 'off'
  readonly readOnlyRoot: boolean
  /** What `--user nobody` (and no --user) means: numeric `UID:GID`, or `namespace` to leave it to the namespace. */
  readonly user: { readonly nobody: string }
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string; readonly ephemeralStorage: string }
    readonly limits: { readonly cpu?: string; readonly memory: string; readonly ephemeralStorage: string }
  }
  /** `allow` not set: all. `rewrite`: pairs of the beginning of a name, and what takes its place. */
  readonly images: {
    readonly pullSecrets: readonly string[]
    readonly pullSecretFrom: 'dockerConfig' | 'off'
    readonly recordDigest: 'on' | 'off'
    readonly pullPolicy: 'Always' | 'IfNotPresent' | 'Never'
    readonly allow?: readonly string[]
    readonly rewrite: readonly (readonly [from: string, to: string])[]
  }
  /** Patterns of the names that a bare `-e NAME` may pass on; not set: all. */
  readonly env: { readonly allow?: readonly string[] }
  /** What `--network none` asks of the cluster, and how long a proof of it counts. */
  readonly network: { readonly enforcement: 'require' | 'warn' | 'off'; readonly proofMaxAgeMs: number }
  readonly userNamespaces: 'on' | 'off'
  readonly serviceAccount?: string
  readonly nodeSelector: Readonly<Record<string, string>>
  readonly tolerations: readonly Toleration[]
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** As it was written: a path, or the template itself. */
  readonly podTemplate?: string | object
  /** The same, read and checked. */
  readonly template?: PodTemplate
  /** `allow` not set: all that the caller can read. `volumes`: names of PersistentVolumeClaims. */
  readonly mounts: {
    readonly rw: 'on' | 'off'
    readonly allow?: readonly string[]
    readonly volumes: readonly string[]
    readonly maxBytes: number
    readonly maxFiles: number
  }
  readonly lane: 'auto' | 'attach' | 'exec'
  readonly logs: 'node' | 'none'
  readonly helper: { readonly image: string }
  /** Pairs of a registry's name, or `*`, and the URL to ask instead. */
  readonly registry: { readonly mirrors: readonly (readonly [registry: string, url: string])[] }
  readonly nudge: 'auto' | 'off'
  /** Pods that wait for the next run like the one before. */
  readonly standby: { readonly size: number; readonly ttlMs: number }
  readonly proof: 'on' | 'off'
  readonly output: { readonly maxBytes: number }
  readonly stderr: { readonly maxBytes: number }
  /** How much disk the results of functions may take. */
  readonly cache: { readonly maxBytes: number | 'off' }
  /** `ahead`: how many functions `krmpod build` starts before they are asked for. */
  readonly build: { readonly ahead: number }
  readonly log: 'off' | 'debug'
}
