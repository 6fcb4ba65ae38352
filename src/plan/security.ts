import type { Container, PodSpec } from '../kube/types.ts'
import type { RunRequest } from '../request/run-request.ts'

type PodSecurity = NonNullable<PodSpec['securityContext']>
type ContainerSecurity = NonNullable<Container['securityContext']>

/** Passes Pod Security "restricted", except that a request for uid 0 keeps its uid and is left to the namespace. */
export function podSecurity(request: RunRequest): PodSecurity {
  const user = request.user.kind === 'ids' ? request.user : undefined
  return {
    runAsNonRoot: user?.uid !== 0,
    ...(user && { runAsUser: user.uid }),
    ...(user?.gid !== undefined && { runAsGroup: user.gid }),
    ...(request.groups.length > 0 && { supplementalGroups: [...request.groups] }),
    seccompProfile: { type: 'RuntimeDefault' },
  }
}

export function containerSecurity(request: RunRequest): ContainerSecurity {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    ...(request.readOnlyRoot && { readOnlyRootFilesystem: true }),
  }
}
