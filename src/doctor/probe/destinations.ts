import type { ApiClient } from '../../cluster/api-client.ts'
import { ApiError } from '../../cluster/api-error.ts'
import { read } from '../../cluster/review.ts'
import type { Toleration } from '../../kube/types.ts'
import type { RunRequest } from '../../request/run-request.ts'
import { API_SERVICE, type Destination, KUBELET_PORT } from './script.ts'

/** A node that a function may come to. */
export interface Node {
  readonly name: string
  /** Of its label kubernetes.io/hostname. */
  readonly hostname: string
  readonly address: string
}

interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

interface NodeObject {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] }
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

type Wishes = Pick<RunRequest, 'nodeSelector' | 'tolerations'>

/** Those that a function may come to, by the settings; empty where the caller may not see them. */
export async function listNodes(api: ApiClient, wishes: Wishes): Promise<readonly Node[]> {
  const list = await unlessRefused(read<{ items: readonly NodeObject[] }>(api, 'nodes', '/api/v1/nodes'))
  return (list?.items ?? [])
    .filter((node) => takesFunctions(node, wishes))
    .map(({ metadata, status }) => ({
      name: metadata?.name ?? '',
      hostname: metadata?.labels?.['kubernetes.io/hostname'] ?? metadata?.name ?? '',
      address: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
    }))
}

function takesFunctions(
  { metadata, spec, status }: NodeObject,
  { nodeSelector, tolerations }: Wishes,
): boolean {
  const isReady = status?.conditions?.some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  )
  const isSelected = Object.entries(nodeSelector).every(([key, value]) => metadata?.labels?.[key] === value)
  const shut = (spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule')
  const isOpen = shut.every((taint) => tolerations.some((toleration) => tolerates(toleration, taint)))
  return isReady === true && spec?.unschedulable !== true && isSelected && isOpen
}

/** As the scheduler does (k8s.io/component-helpers, scheduling/corev1). */
function tolerates({ key, operator = 'Equal', value = '', effect }: Toleration, taint: Taint): boolean {
  const isEffect = effect === undefined || effect === '' || effect === taint.effect
  const isKey = key === undefined || key === '' ? operator === 'Exists' : key === taint.key
  return isEffect && isKey && (operator === 'Exists' || value === (taint.value ?? ''))
}

const DNS_PORT = 53
/** NodeLocal DNSCache, and what clouds tell a machine of itself, credentials among it. */
const NODE_LOCAL_DNS: Destination = { name: 'node-local DNS', host: '169.254.20.10', port: DNS_PORT }
const METADATA: Destination = { name: 'the metadata address', host: '169.254.169.254', port: 80 }

/** What a CNI that enforces policies keeps a Pod from; all others are the node's own, and often are not covered. */
export function decidingNames({ pods, beyond }: Pick<Around, 'pods' | 'beyond'>): readonly string[] {
  return [API_SERVICE.name, ...pods.map(({ name }) => name), ...beyond.map(({ name }) => name)]
}

/** One for each of its addresses: a CNI may enforce policies for one family alone. */
export function podDestinations(addresses: readonly string[], port: number): readonly Destination[] {
  return addresses.map((host) => ({
    name: host.includes(':') ? 'another Pod (IPv6)' : 'another Pod',
    host,
    port,
  }))
}

interface Around {
  /** The same one, by each of its addresses. */
  readonly pods: readonly Destination[]
  readonly nodeAddress: string
  readonly clusterDns: string | undefined
  /** By the administrator's word. */
  readonly beyond: readonly Destination[]
}

export function destinationsOf({ pods, nodeAddress, clusterDns, beyond }: Around): readonly Destination[] {
  return [
    API_SERVICE,
    ...pods,
    ...beyond,
    { name: "the kubelet's port of the node", host: nodeAddress, port: KUBELET_PORT },
    ...(clusterDns === undefined ? [] : [{ name: 'cluster DNS', host: clusterDns, port: DNS_PORT }]),
    NODE_LOCAL_DNS,
    METADATA,
  ]
}

export async function clusterDnsOf(api: ApiClient): Promise<string | undefined> {
  const path = '/api/v1/namespaces/kube-system/services/kube-dns'
  const service = await unlessRefused(read<{ spec?: { clusterIP?: string } }>(api, 'services', path))
  return service?.spec?.clusterIP
}

export async function apiGroups(api: ApiClient): Promise<readonly string[]> {
  const groups = await unlessRefused(read<{ groups: readonly { name: string }[] }>(api, 'apis', '/apis'))
  return (groups?.groups ?? []).map(({ name }) => name)
}

/** A caller who may not see it, or a cluster that has none: undefined. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return undefined
    throw error
  }
}
