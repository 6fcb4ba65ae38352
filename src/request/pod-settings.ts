import type { Settings } from '../settings/settings.ts'
import type { RunRequest } from './run-request.ts'

/** What docker has no flag for: where the Pod may run, and as what. */
export function resolvePodSettings({
  userNamespaces,
  serviceAccount,
  nodeSelector,
  tolerations,
  labels,
}: Settings): Pick<
  RunRequest,
  'userNamespace' | 'serviceAccount' | 'nodeSelector' | 'tolerations' | 'labels'
> {
  return {
    userNamespace: userNamespaces === 'on',
    ...(serviceAccount !== undefined && { serviceAccount }),
    nodeSelector,
    tolerations,
    labels,
  }
}
