import { millicores } from '../kube/quantity.ts'
import type { Container, ContainerEnv } from '../kube/types.ts'
import type { Resources, RunRequest } from '../request/run-request.ts'
import { escapeDollars } from './escape.ts'
import { FUNCTION_CONTAINER, type Nudge } from './pod-plan.ts'
import { containerSecurity } from './security.ts'

export function functionContainer(request: RunRequest, env: readonly ContainerEnv[]): Container {
  return {
    name: FUNCTION_CONTAINER,
    image: request.image,
    imagePullPolicy: request.pullPolicy,
    ...(request.entrypoint && { command: request.entrypoint.map(escapeDollars) }),
    ...(request.args.length > 0 && { args: request.args.map(escapeDollars) }),
    ...(request.workingDir && { workingDir: request.workingDir }),
    // Always both: without stdinOnce an EOF detaches stdout and never reaches the process (containerd, CRI-O).
    stdin: true,
    stdinOnce: true,
    ...(env.length > 0 && { env: [...env] }),
    resources: { requests: { ...request.resources.requests }, limits: { ...request.resources.limits } },
    securityContext: containerSecurity(request),
    ...(request.resources.shmBytes !== undefined && {
      volumeMounts: [{ name: 'shm', mountPath: '/dev/shm' }],
    }),
  }
}

/**
 * A CPU request one millicore away makes kubelet (1.36+) relist the Pod at once. It must not change the QoS class,
 * so there is none for a Guaranteed Pod, and none without a request to start from.
 */
export function planNudge({ requests, limits }: Resources): Nudge | undefined {
  const cpu = requests.cpu === undefined ? undefined : millicores(requests.cpu)
  if (cpu === undefined || cpu < 2) return undefined
  if (limits.cpu !== undefined && limits.cpu === requests.cpu && limits.memory === requests.memory)
    return undefined
  const above = limits.cpu === undefined || cpu < (millicores(limits.cpu) ?? 0) ? [`${cpu + 1}m`] : []
  return { cpuRequests: [...above, `${cpu - 1}m`] }
}
