import type { ContainerEnv, PodSpec } from '../kube/types.ts'
import type { RunRequest } from '../request/run-request.ts'
import { functionContainer } from './container.ts'
import type { HelperParts } from './helper.ts'
import { overTemplate } from './pod-template.ts'
import type { ReceiverParts } from './receiver.ts'
import { podSecurity } from './security.ts'
import { planVolumes } from './volumes.ts'

/** kubelet counts from a start of whole seconds, so up to one too early: it is for the run to say that its time is up. */
const LOST_SECONDS = 1

interface Parts {
  readonly env: readonly ContainerEnv[]
  readonly helper: HelperParts | undefined
  readonly receiver: ReceiverParts | undefined
  /** Undefined: no files are given back. */
  readonly giveBackSeconds: number | undefined
}

export function podSpec(request: RunRequest, parts: Parts): PodSpec {
  return overTemplate(ownSpec(request, parts), request)
}

function ownSpec(request: RunRequest, { env, helper, receiver, giveBackSeconds }: Parts): PodSpec {
  const own = planVolumes(request)
  const volumes = [
    ...own.map(({ volume }) => volume),
    ...(receiver ? [receiver.volume] : []),
    ...(helper ? [helper.volume] : []),
  ]
  // The receiver first: what is wrong with the helper's copy is the exec lane's business, not that of the files.
  const initContainers = [...(receiver?.initContainers ?? []), ...(helper?.initContainers ?? [])]
  const deadlineSeconds = Math.max(1, Math.ceil(request.deadlineMs / 1000))
  return {
    restartPolicy: 'Never',
    activeDeadlineSeconds: deadlineSeconds + LOST_SECONDS,
    // The one that gives files back is told to end when the function has ended, and has work to do then.
    terminationGracePeriodSeconds:
      giveBackSeconds === undefined ? request.stopTimeoutSeconds : Math.min(deadlineSeconds, giveBackSeconds),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(request.userNamespace && { hostUsers: false }),
    securityContext: podSecurity(request),
    ...(request.hostname && { hostname: request.hostname }),
    ...(request.hosts.length > 0 && {
      hostAliases: request.hosts.map(({ ip, names }) => ({ ip, hostnames: [...names] })),
    }),
    ...dns(request),
    ...(request.pullSecrets.length > 0 && {
      imagePullSecrets: request.pullSecrets.map((name) => ({ name })),
    }),
    ...scheduling(request),
    ...(initContainers.length > 0 && { initContainers }),
    containers: [functionContainer(request, { env, volumes: own, helper, receiver })],
    ...(volumes.length > 0 && { volumes }),
  }
}

function scheduling({
  platform,
  nodeSelector,
  tolerations,
  serviceAccount,
}: RunRequest): Pick<PodSpec, 'nodeSelector' | 'tolerations' | 'serviceAccountName'> {
  const selector = {
    ...nodeSelector,
    ...(platform && { 'kubernetes.io/os': platform.os, 'kubernetes.io/arch': platform.arch }),
  }
  return {
    ...(Object.keys(selector).length > 0 && { nodeSelector: selector }),
    ...(tolerations.length > 0 && { tolerations: tolerations.map((toleration) => ({ ...toleration })) }),
    ...(serviceAccount && { serviceAccountName: serviceAccount }),
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
