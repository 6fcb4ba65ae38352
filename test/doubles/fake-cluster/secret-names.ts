import type { KubeObject } from './kube-object.ts'

/** The Secrets that the environment of a Pod's container names. */
export function secretNames({ spec }: KubeObject): ReadonlySet<string> {
  const [container] = (spec?.['containers'] ?? []) as {
    env?: { valueFrom?: { secretKeyRef: { name: string } } }[]
  }[]
  return new Set(
    (container?.env ?? []).flatMap(({ valueFrom }) => (valueFrom ? [valueFrom.secretKeyRef.name] : [])),
  )
}
