// The only door to Kubernetes' manifest types: types alone, so nothing of the library is loaded.
import type * as models from '@kubernetes/client-node'

/** The library's model classes as what travels: plain JSON objects, with times as text. */
type Json<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> }
      : T

export type Container = Json<models.V1Container>
export type ContainerEnv = Json<models.V1EnvVar>
export type ContainerStatus = Json<models.V1ContainerStatus>
export type NetworkPolicy = Json<models.V1NetworkPolicy>
export type Pod = Json<models.V1Pod>
export type PodSpec = Json<models.V1PodSpec>
export type Secret = Json<models.V1Secret>
export type Status = Json<models.V1Status>
export type Toleration = Json<models.V1Toleration>
