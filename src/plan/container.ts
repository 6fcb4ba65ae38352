import { millicores } from '../kube/quantity.ts'
import type { Container, ContainerEnv } from '../kube/types.ts'
import { quantityToBytes } from '../request/bytes.ts'
import type { Resources, RunRequest } from '../request/run-request.ts'
import { escapeDollars } from './escape.ts'
import type { HelperParts } from './helper.ts'
import type { PlannedVolume } from './mounts.ts'
import { FUNCTION_CONTAINER, type Nudge } from './pod-plan.ts'
import type { ReceiverParts } from './receiver.ts'
import { containerSecurity } from './security.ts'

interface Planned {
  readonly env: readonly ContainerEnv[]
  readonly volumes: readonly PlannedVolume[]
  readonly helper: HelperParts | undefined
  readonly receiver: ReceiverParts | undefined
}

export function functionContainer(
  request: RunRequest,
  { env, volumes, helper, receiver }: Planned,
): Container {
  const mounts = [
    ...volumes.map(({ volume, mount }) => ({ name: volume.name, ...mount })),
    ...(receiver?.volumeMounts ?? []),
    ...(helper ? [helper.volumeMount] : []),
  ]
  return {
    name: FUNCTION_CONTAINER,
    image: request.image,
    imagePullPolicy: request.pullPolicy,
    ...(helper ? { command: helper.command.map(escapeDollars) } : ownProgram(request)),
    ...(request.workingDir && { workingDir: request.workingDir }),
    ...(env.length > 0 && { env: [...env] }),
    resources: { requests: { ...request.resources.requests }, limits: { ...request.resources.limits } },
    securityContext: containerSecurity(request),
    ...(mounts.length > 0 && { volumeMounts: mounts }),
  }
}

/** The function as the container's main process, with the caller's stdin. */
function ownProgram({ entrypoint, args }: RunRequest): Partial<Container> {
  return {
    ...(entrypoint && { command: entrypoint.map(escapeDollars) }),
    ...(args.length > 0 && { args: args.map(escapeDollars) }),
    // Always both: without stdinOnce an EOF detaches stdout and never reaches the process (containerd, CRI-O).
    stdin: true,
    stdinOnce: true,
  }
}

/**
 * A CPU request some millicores away makes kubelet (1.36+) relist the Pod at once. It must not change the QoS class, or
 * the API server refuses it: so there is none for a Guaranteed Pod, none that would make one, and none without a
 * request to start from.
 */
export function planNudge({ requests, limits }: Resources, by = 1): Nudge | undefined {
  const cpu = requests.cpu === undefined ? undefined : millicores(requests.cpu)
  const limit = limits.cpu === undefined ? Number.POSITIVE_INFINITY : millicores(limits.cpu)
  if (cpu === undefined || limit === undefined || cpu < 2) return undefined
  const guaranteed = sameMemory({ requests, limits }) ? limit : undefined
  if (cpu === guaranteed) return undefined
  const steps = [cpu + by, cpu - by, cpu + by]
    .filter((step) => step > 0 && step <= limit && step !== guaranteed)
    // One that changes nothing is none.
    .filter((step, index, all) => step !== all[index - 1])
  return { cpuRequests: steps.map((step) => `${step}m`) }
}

function sameMemory({ requests, limits }: Resources): boolean {
  if (requests.memory === undefined || limits.memory === undefined) return false
  return bytes(requests.memory) === bytes(limits.memory)
}

function bytes(quantity: string): number | string {
  const count = quantityToBytes(quantity)
  return Number.isNaN(count) ? quantity : count
}
