import { RunError } from '../errors/run-error.ts'

interface Waiting {
  readonly reason?: string
  readonly message?: string
}

// What registries and runtimes say when trying again cannot help. Everything else about a pull is waited for.
const PULL_IS_FINAL =
  /not found|not_found|manifest unknown|name unknown|does not exist|denied|unauthorized|forbidden|no match for platform|no matching manifest|invalid reference|unsupported|no such host/i

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
  if (reason === 'InvalidImageName' || reason === 'ErrImageNeverPull') return pullError(image, event)
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff' || reason === 'ErrImageInspect') {
    return PULL_IS_FINAL.test(event) ? pullError(image, event) : undefined
  }
  // The Secret with the caller's environment is made just after the Pod: kubelet looks again by itself.
  if (reason === 'CreateContainerConfigError' && /secret ".*" not found/.test(event)) return undefined
  return CONFIG_REASONS.has(reason) ? new RunError('CONTAINER_CONFIG', { reason, event }) : undefined
}

function pullError(image: string, event: string): RunError {
  return new RunError('IMAGE_PULL', { image, event })
}
