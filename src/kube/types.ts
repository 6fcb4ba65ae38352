// The only door to Kubernetes' manifest types: types alone, so nothing of the library is loaded.
import type * as models from '@kubernetes/client-node'

/** The library's model classes as what travels: plain JSON objects, with times as text. */
type Json<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T as Wire<Key>]: Json<T[Key]> }
      : T

/** The library writes `_default` where `default` is a word of the language. */
type Wire<Key> = Key extends `_${infer Name}` ? Name : Key

export type Container = Json<models.V1Container>
export type ContainerEnv = Json<models.V1EnvVar>
export type ContainerStatus = Json<models.V1ContainerStatus>
export type LimitRange = Json<models.V1LimitRange>
export type Namespace = Json<models.V1Namespace>
export type NetworkPolicy = Json<models.V1NetworkPolicy>
export type Pod = Json<models.V1Pod>
export type PodSpec = Json<models.V1PodSpec>
export type ResourceQuota = Json<models.V1ResourceQuota>
export type Role = Json<models.V1Role>
export type RoleBinding = Json<models.V1RoleBinding>
export type Secret = Json<models.V1Secret>
export type ServiceAccount = Json<models.V1ServiceAccount>
export type Status = Json<models.V1Status>
export type Toleration = Json<models.V1Toleration>
export type ValidatingAdmissionPolicy = Json<models.V1ValidatingAdmissionPolicy>
export type ValidatingAdmissionPolicyBinding = Json<models.V1ValidatingAdmissionPolicyBinding>
