import { RunError } from '../errors/run-error.ts'

interface Waiting {
  readonly reason?: string
  readonly message?: string
}

// kubelet: pkg/kubelet/images/types.go, and the CRI's own reasons.
const NO_PULL_REASONS = new Set(['InvalidImageName', 'ErrImageNeverPull', 'SignatureValidationFailed'])
const PULL_REASONS = new Set(['ErrImagePull', 'ImagePullBackOff', 'ImageInspectError'])

// What registries and runtimes say when trying again cannot help. Everything else about a pull is waited for.
const PULL_IS_FINAL =
  /not found|not_found|manifest unknown|name unknown|does not exist|denied|unauthorized|forbidden|no match for platform|no matching manifest|invalid reference|unsupported|no such host/i

// A busy node: kubelet tries again (containerd keeps a name reserved while an earlier try is still on its way).
const CONFIG_IS_TRANSIENT =
  /failed to sync (secret|configmap) cache|context deadline exceeded|timed out|is reserved for|connection refused|unavailable/i

const CONFIG_REASONS = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'PreCreateHookError',
  'PostStartHookError',
])

/** A reason why the container will never start; undefined when waiting may help. */
export function finalWaitingReason(waiting: Waiting, image: string): RunError | undefined {
  const reason = waiting.reason ?? ''
  const event = waiting.message || reason
  if (NO_PULL_REASONS.has(reason)) return pullError(image, event)
  if (PULL_REASONS.has(reason)) {
    return PULL_IS_FINAL.test(withoutNames(event)) ? pullError(image, event) : undefined
  }
  // The Secret with the caller's environment is made just after the Pod: kubelet looks again by itself.
  if (reason === 'CreateContainerConfigError' && /secret ".*" not found/.test(event)) return undefined
  if (CONFIG_IS_TRANSIENT.test(event)) return undefined
  return CONFIG_REASONS.has(reason) ? new RunError('CONTAINER_CONFIG', { reason, event }) : undefined
}

/** An image may be called `access-denied`: what it is called says nothing of why it cannot be pulled. */
function withoutNames(event: string): string {
  return event.replaceAll(/"[^"]*"|\S*\/\S*/g, ' ')
}

function pullError(image: string, event: string): RunError {
  return new RunError('IMAGE_PULL', { image, event })
}
