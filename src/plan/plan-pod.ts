import { ANNOTATIONS, LABELS, MANAGED_BY } from '../kube/labels.ts'
import type { ContainerEnv, PodSpec } from '../kube/types.ts'
import type { RunRequest } from '../request/run-request.ts'
import { functionContainer, planNudge } from './container.ts'
import { envSecret, planEnv } from './environment.ts'
import { podName } from './names.ts'
import { denyAllPolicy } from './network-policy.ts'
import type { Identity, PodPlan } from './pod-plan.ts'
import { podSecurity } from './security.ts'
import { planVolumes, withHome } from './volumes.ts'

/** Time after a run's own deadline at which whatever is left of it may be swept. */
const EXPIRY_GRACE_MS = 60_000

// Log agents and meshes: function output is the caller's, not the log store's, and a sidecar would outlive the function.
const LEAVE_US_ALONE = {
  'fluentbit.io/exclude': 'true',
  'co.elastic.logs/enabled': 'false',
  'ad.datadoghq.com/logs_exclude': 'true',
  'sidecar.istio.io/inject': 'false',
  'linkerd.io/inject': 'disabled',
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
}

/** The whole plan of a run: pure, so the same request and identity always give the same objects. */
export function planPod(request: RunRequest, identity: Identity): PodPlan {
  const { namespace, runId } = identity
  const name = podName(request.name ?? request.image, runId)
  const { env, secretValues } = planEnv(withHome(request), name)
  const nudge = request.nudge ? planNudge(request.resources) : undefined
  return {
    namespace,
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace,
        labels: {
          [LABELS.managedBy]: MANAGED_BY,
          [LABELS.network]: request.network,
          [LABELS.lane]: 'attach',
        },
        annotations: annotations(request, identity),
        ...(identity.owner && {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'Pod', name: identity.owner.name, uid: identity.owner.uid },
          ],
        }),
      },
      spec: podSpec(request, env),
    },
    ...(secretValues.size > 0 && { secret: envSecret(name, namespace, secretValues) }),
    ...(request.network === 'none' && { policy: denyAllPolicy(namespace) }),
    ...(nudge && { nudge }),
    streams: request.streams,
    proof: request.proof,
    maxOutputBytes: request.maxOutputBytes,
    deadlineMs: request.deadlineMs,
    stopTimeoutSeconds: request.stopTimeoutSeconds,
  }
}

function podSpec(request: RunRequest, env: readonly ContainerEnv[]): PodSpec {
  const volumes = planVolumes(request)
  return {
    restartPolicy: 'Never',
    activeDeadlineSeconds: Math.ceil(request.deadlineMs / 1000),
    terminationGracePeriodSeconds: request.stopTimeoutSeconds,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity(request),
    ...(request.hostname && { hostname: request.hostname }),
    ...(request.hosts.length > 0 && {
      hostAliases: request.hosts.map(({ ip, names }) => ({ ip, hostnames: [...names] })),
    }),
    ...dns(request),
    ...(request.pullSecrets.length > 0 && {
      imagePullSecrets: request.pullSecrets.map((name) => ({ name })),
    }),
    ...(request.platform && {
      nodeSelector: { 'kubernetes.io/os': request.platform.os, 'kubernetes.io/arch': request.platform.arch },
    }),
    containers: [functionContainer(request, { env, volumes })],
    ...(volumes.length > 0 && { volumes: volumes.map(({ name, emptyDir }) => ({ name, emptyDir })) }),
  }
}

/** Without a network a look-up can only time out: a nameserver on the loopback refuses it at once. */
function dns({ dns, network }: RunRequest): Pick<PodSpec, 'dnsPolicy' | 'dnsConfig'> {
  const given = {
    ...(dns.servers.length > 0 && { nameservers: [...dns.servers] }),
    ...(dns.searches.length > 0 && { searches: [...dns.searches] }),
    ...(dns.options.length > 0 && { options: dns.options.map(dnsOption) }),
  }
  const asks = Object.keys(given).length > 0
  if (given.nameservers) return { dnsPolicy: 'None', dnsConfig: given }
  if (network === 'none') return { dnsPolicy: 'None', dnsConfig: { ...given, nameservers: ['127.0.0.1'] } }
  return asks ? { dnsConfig: given } : {}
}

function dnsOption(option: string): { name: string; value?: string } {
  const [name = '', value] = option.split(':', 2)
  return { name, ...(value !== undefined && { value }) }
}

function annotations(request: RunRequest, identity: Identity): Record<string, string> {
  const expires = new Date(identity.now.getTime() + request.deadlineMs + EXPIRY_GRACE_MS)
  return {
    ...request.annotations,
    ...LEAVE_US_ALONE,
    [ANNOTATIONS.runId]: identity.runId,
    [ANNOTATIONS.image]: request.image,
    [ANNOTATIONS.expires]: expires.toISOString(),
    ...(request.name && { [ANNOTATIONS.dockerName]: request.name }),
  }
}
