import type { PodStatus } from './pod-status.ts'

/** An object as the API server keeps it: the parts of it that a run looks at, and whatever else it came with. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: PodStatus
  /** Of a Secret. */
  readonly data?: Readonly<Record<string, string>>
}

interface Metadata {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly { readonly uid: string }[]
}

/** What a client sends to have one made. */
export type NewObject = Omit<KubeObject, 'metadata'> & {
  readonly metadata: Pick<Metadata, 'name'> & Partial<Metadata>
}
