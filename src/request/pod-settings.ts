import type { Settings } from '../settings/settings.ts'
import type { RunRequest } from './run-request.ts'

/** What docker has no flag for: where the Pod may run, and as what. */
export function resolvePodSettings({
  userNamespaces,
  serviceAccount,
  nodeSelector,
  tolerations,
  labels,
  images,
  template,
}: Settings): Pick<
  RunRequest,
  | 'userNamespace'
  | 'serviceAccount'
  | 'nodeSelector'
  | 'tolerations'
  | 'labels'
  | 'pullSecrets'
  | 'podTemplate'
> {
  const { metadata = {}, spec = {} } = template ?? {}
  const pullSecrets = [...images.pullSecrets, ...(spec.imagePullSecrets ?? []).map(({ name }) => name)]
  return {
    userNamespace: userNamespaces === 'on',
    ...(serviceAccount !== undefined && { serviceAccount }),
    nodeSelector: { ...spec.nodeSelector, ...nodeSelector },
    tolerations: [...tolerations, ...(spec.tolerations ?? [])],
    labels: { ...metadata.labels, ...labels },
    pullSecrets: [...new Set(pullSecrets)],
    ...(template && { podTemplate: template }),
  }
}
