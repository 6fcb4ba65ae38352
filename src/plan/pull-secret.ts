import { ANNOTATIONS, OUR_DOMAIN } from '../kube/labels.ts'
import type { Pod } from '../kube/types.ts'
import type { PodPlan } from './pod-plan.ts'

const GATE = `${OUR_DOMAIN}/pull-secret`

/** What a node needs to pull one repository: the caller's own login. */
export interface PullLogin {
  /** With its registry: `ghcr.io/acme/set-labels`. */
  readonly repository: string
  readonly username: string
  readonly password: string
}

/** Every image that the nodes pull for this Pod. */
export function imagesOf({ spec }: Pod): readonly string[] {
  const { initContainers = [], containers = [], volumes = [] } = spec ?? {}
  const images = [...initContainers, ...containers].map(({ image }) => image)
  const mounted = volumes.map(({ image }) => image?.reference)
  return [...new Set([...images, ...mounted].filter((image) => image !== undefined))]
}

/**
 * The same plan with a pull secret of its own, beside those of the settings, which kubelet tries too. The Pod has a
 * gate: kubelet looks for pull secrets once, pulls without those that are missing, and looks again after 10 s. Without
 * the gate, of 28 Secrets that were made right after their Pod 3 came too late; made before it, none could belong to
 * it, and a run that is killed would leave the caller's password behind.
 */
export function withPullSecret(plan: PodPlan, logins: readonly PullLogin[]): PodPlan {
  const { pod, namespace } = plan
  if (logins.length === 0 || !pod.spec) return plan
  const name = `pull-${pod.metadata.name}`
  const imagePullSecrets = [...(pod.spec.imagePullSecrets ?? []), { name }]
  return {
    ...plan,
    pod: { ...pod, spec: { ...pod.spec, imagePullSecrets, schedulingGates: [{ name: GATE }] } },
    pullSecret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, annotations: lifetimeOf(pod) },
      type: 'kubernetes.io/dockerconfigjson',
      immutable: true,
      data: { '.dockerconfigjson': base64(JSON.stringify({ auths: authsOf(logins) })) },
    },
  }
}

/** kubelet matches keys by the beginning of paths, so that few other repositories are pulled with it (docs: images, config.json). */
function authsOf(logins: readonly PullLogin[]): Record<string, { auth: string }> {
  return Object.fromEntries(
    logins.map(({ repository, username, password }) => [
      repository,
      { auth: base64(`${username}:${password}`) },
    ]),
  )
}

function lifetimeOf({ metadata }: PodPlan['pod']): Record<string, string> {
  const ours = [ANNOTATIONS.runId, ANNOTATIONS.expires, ANNOTATIONS.kept]
  return Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([key]) => ours.some((name) => name === key)),
  )
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
