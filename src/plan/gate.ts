import type { Pod } from '../kube/types.ts'

const GATE_CONTAINER = 'network'
/** What was measured was one container, on a node with little to do. */
const MARGIN = 2

/**
 * The same Pod, whose other containers start when its network is as its policy wants it: some CNIs take a moment, and
 * what the function is given until then could leave. A new Pod gets its network before its first container starts.
 */
export function withGate<P extends Pod>(pod: P, { gapMs, image }: { gapMs: number; image: string }): P {
  const { spec } = pod
  const [main] = spec?.containers ?? []
  if (gapMs <= 0 || !spec || !main) return pod
  const gate = {
    name: GATE_CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['sleep', String(Math.ceil((gapMs * MARGIN) / 1000))],
    ...(main.resources && { resources: main.resources }),
    ...(main.securityContext && { securityContext: main.securityContext }),
  }
  return { ...pod, spec: { ...spec, initContainers: [gate, ...(spec.initContainers ?? [])] } }
}
