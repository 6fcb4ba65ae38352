import type { ApiClient } from '../../cluster/api-client.ts'
import { ApiError } from '../../cluster/api-error.ts'
import { read } from '../../cluster/review.ts'
import { API_SERVICE, type Destination, KUBELET_PORT } from './script.ts'

/** A node that a function may come to. */
export interface Node {
  readonly name: string
  /** Of its label kubernetes.io/hostname. */
  readonly hostname: string
  readonly address: string
}

interface NodeObject {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly { effect?: string }[] }
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

/** Those that take Pods without more ado; empty where the caller may not see them. */
export async function listNodes(api: ApiClient): Promise<readonly Node[]> {
  const list = await unlessRefused(read<{ items: readonly NodeObject[] }>(api, 'nodes', '/api/v1/nodes'))
  return (list?.items ?? []).filter(takesPods).map(({ metadata, status }) => ({
    name: metadata?.name ?? '',
    hostname: metadata?.labels?.['kubernetes.io/hostname'] ?? metadata?.name ?? '',
    address: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
  }))
}

function takesPods({ spec, status }: NodeObject): boolean {
  const isReady = status?.conditions?.some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  )
  const isTainted = spec?.taints?.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
  return isReady === true && spec?.unschedulable !== true && isTainted !== true
}

const DNS_PORT = 53
/** NodeLocal DNSCache, and what clouds tell a machine of itself, credentials among it. */
const NODE_LOCAL_DNS: Destination = { name: 'node-local DNS', host: '169.254.20.10', port: DNS_PORT }
const METADATA: Destination = { name: 'the metadata address', host: '169.254.169.254', port: 80 }

/** What a CNI that enforces policies keeps a Pod from; all others are the node's own, and often are not covered. */
export function decidingNames(beyond: readonly Destination[]): readonly string[] {
  return [API_SERVICE.name, ANOTHER_POD, ...beyond.map(({ name }) => name)]
}

const ANOTHER_POD = 'another Pod'

interface Around {
  readonly pod: { readonly address: string; readonly port: number }
  readonly nodeAddress: string
  readonly clusterDns: string | undefined
  /** By the administrator's word. */
  readonly beyond: readonly Destination[]
}

export function destinationsOf({ pod, nodeAddress, clusterDns, beyond }: Around): readonly Destination[] {
  return [
    API_SERVICE,
    { name: ANOTHER_POD, host: pod.address, port: pod.port },
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
