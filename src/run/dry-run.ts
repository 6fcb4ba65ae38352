import type { PodPlan } from '../plan/pod-plan.ts'

/** The plan as YAML, for people and for `kubectl apply --dry-run`: values of a Secret are not shown. */
export async function renderPlan({ isolation, pod, secret }: PodPlan): Promise<string> {
  const { stringify } = await import('yaml')
  const redacted = secret && { ...secret, data: undefined, stringData: redact(secret.data ?? {}) }
  const objects = [isolation?.policy, pod, redacted].filter((object) => object !== undefined)
  return objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')
}

function redact(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(data).map((key) => [key, '(redacted)']))
}
