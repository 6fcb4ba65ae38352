import type { Container, PodSpec } from '../kube/types.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { TemplateSpec } from '../settings/pod-template.ts'
import { FUNCTION_CONTAINER } from './pod-plan.ts'

/**
 * The spec with what the template adds to it: where both say something, the plan stands, but for a security context, of
 * which a template can only have stricter words.
 */
export function overTemplate(spec: PodSpec, { podTemplate, network }: RunRequest): PodSpec {
  if (!podTemplate?.spec) return spec
  const { affinity, topologySpreadConstraints, runtimeClassName, schedulerName, overhead, ...rest } =
    podTemplate.spec
  return {
    ...(affinity && { affinity }),
    ...(topologySpreadConstraints && { topologySpreadConstraints }),
    ...(runtimeClassName && { runtimeClassName }),
    ...(schedulerName && { schedulerName }),
    ...(overhead && { overhead }),
    ...(network === 'open' && !spec.dnsConfig && dnsOf(rest)),
    ...spec,
    securityContext: { ...spec.securityContext, ...rest.securityContext },
    containers: spec.containers.map((container) => stricter(container, rest.containers?.[0])),
  }
}

function dnsOf({ dnsPolicy, dnsConfig }: TemplateSpec): Pick<PodSpec, 'dnsPolicy' | 'dnsConfig'> {
  return { ...(dnsPolicy && { dnsPolicy }), ...(dnsConfig && { dnsConfig }) }
}

/** What the plan says of a container is as strict as it can be: all capabilities are dropped already. */
function stricter(container: Container, template: Pick<Container, 'securityContext'> = {}): Container {
  if (container.name !== FUNCTION_CONTAINER) return container
  return { ...container, securityContext: { ...template.securityContext, ...container.securityContext } }
}
