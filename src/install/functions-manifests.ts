import type { Namespace } from '../kube/types.ts'
import { denyAllPolicy } from '../plan/network-policy.ts'
import { ABILITIES, type Ability } from '../rights/abilities.ts'
import { admissionManifests } from './admission.ts'
import { functionAccount, functionsLimits, functionsNamespace, functionsQuota } from './namespace.ts'
import { bindingFor, pullSecretRole, rolesFor } from './roles.ts'
import type { Wanted } from './wanted.ts'

/** Anything that `kubectl apply` takes. */
export type Manifest = Pick<Namespace, 'apiVersion' | 'kind' | 'metadata'>

/** What an administrator applies, so that others can run functions in a namespace and reach nothing else by it. */
export function functionsManifests(wanted: Wanted): readonly Manifest[] {
  const { namespace, subjects, without, pullSecrets, pods } = wanted
  const isWanted = ({ name, isOptIn }: Ability): boolean =>
    isOptIn ? wanted.with.includes(name) : !without.includes(name)
  const roles = rolesFor(ABILITIES.filter(isWanted), namespace)
  if (pullSecrets.length > 0) roles.push(pullSecretRole(pullSecrets, namespace))
  return [
    functionsNamespace(namespace),
    functionAccount(namespace),
    functionsQuota(namespace, pods),
    functionsLimits(namespace),
    denyAllPolicy(namespace),
    ...roles,
    ...(subjects.length > 0 ? roles.map((role) => bindingFor(role, subjects)) : []),
    ...admissionManifests(),
  ]
}
