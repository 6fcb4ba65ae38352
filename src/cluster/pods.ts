import type { Pod, Secret } from '../kube/types.ts'
import type { ApiClient } from './api-client.ts'

interface NamedPod {
  readonly namespace: string
  readonly name: string
}

interface Call {
  readonly signal?: AbortSignal
}

/** `dryRun`: the API server says what it would, and creates nothing. */
export async function createPod(
  api: ApiClient,
  pod: Pod,
  { signal, dryRun }: Call & { dryRun?: boolean },
): Promise<Pod> {
  return api.json<Pod>({
    action: { verb: 'create', resource: 'pods' },
    method: 'POST',
    path: podsPath(pod.metadata?.namespace ?? ''),
    ...(dryRun && { query: { dryRun: 'All' } }),
    body: pod,
    ...(signal && { signal }),
  })
}

export async function getPod(api: ApiClient, pod: NamedPod, { signal }: Call): Promise<Pod> {
  return api.json<Pod>({
    action: { verb: 'get', resource: 'pods' },
    method: 'GET',
    path: podPath(pod),
    ...(signal && { signal }),
  })
}

/** `uid`: only this Pod, never another one that took its name. `resourceVersion`: only as it was seen. */
export async function deletePod(
  api: ApiClient,
  pod: NamedPod & { uid: string; resourceVersion?: string; graceSeconds: number },
): Promise<void> {
  const { uid, resourceVersion } = pod
  await api.bytes({
    action: { verb: 'delete', resource: 'pods' },
    method: 'DELETE',
    path: podPath(pod),
    body: {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      gracePeriodSeconds: pod.graceSeconds,
      propagationPolicy: 'Background',
      preconditions: { uid, ...(resourceVersion && { resourceVersion }) },
    },
  })
}

/** Lets the scheduler have the Pod. Servers before 1.27 know no gates, and have dropped them. */
export async function openGates(api: ApiClient, pod: NamedPod, { signal }: Call): Promise<void> {
  await api.bytes({
    action: { verb: 'patch', resource: 'pods' },
    method: 'PATCH',
    path: podPath(pod),
    contentType: 'application/merge-patch+json',
    body: { spec: { schedulingGates: null } },
    ...(signal && { signal }),
  })
}

/** Asks kubelet to look at the Pod now (1.36+: PLEGOnDemandRelist), by a new CPU request. */
export async function resizeCpu(
  api: ApiClient,
  pod: NamedPod & { cpuRequest: string },
  { signal }: Call,
): Promise<void> {
  await api.bytes({
    action: { verb: 'patch', resource: 'pods/resize' },
    method: 'PATCH',
    path: `${podPath(pod)}/resize`,
    contentType: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/spec/containers/0/resources/requests/cpu', value: pod.cpuRequest }],
    ...(signal && { signal }),
  })
}

type LogQuery = NamedPod & { container: string; query: Readonly<Record<string, string>> }

export async function readLog(
  api: ApiClient,
  { query, container, ...pod }: LogQuery,
  { signal }: Call,
): Promise<Buffer> {
  return api.bytes({
    action: { verb: 'get', resource: 'pods/log' },
    method: 'GET',
    path: `${podPath(pod)}/log`,
    query: { container, ...query },
    ...(signal && { signal }),
  })
}

/** Needs the right to list events; without it there are simply no better words. */
export async function podEvents(
  api: ApiClient,
  { namespace, name }: NamedPod,
  { signal }: Call,
): Promise<readonly PodEvent[]> {
  const { items } = await api.json<{ items: readonly PodEvent[] }>({
    action: { verb: 'list', resource: 'events' },
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    query: { fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${name}` },
    ...(signal && { signal }),
  })
  return items
}

export interface PodEvent {
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
}

export async function createSecret(api: ApiClient, secret: Secret, { signal }: Call): Promise<Secret> {
  return api.json<Secret>({
    action: { verb: 'create', resource: 'secrets' },
    method: 'POST',
    path: `/api/v1/namespaces/${encodeURIComponent(secret.metadata?.namespace ?? '')}/secrets`,
    body: secret,
    ...(signal && { signal }),
  })
}

/** Only pull secrets that the settings name, and only for the entrypoint of an image. */
export async function getSecret(api: ApiClient, { namespace, name }: NamedPod): Promise<Secret> {
  return api.json<Secret>({
    action: { verb: 'get', resource: 'secrets' },
    method: 'GET',
    path: secretPath({ namespace, name }),
  })
}

/** `uid`: as of Pods. */
export async function deleteSecret(
  api: ApiClient,
  { namespace, name, uid }: NamedPod & { uid: string },
): Promise<void> {
  await api.bytes({
    action: { verb: 'delete', resource: 'secrets' },
    method: 'DELETE',
    path: secretPath({ namespace, name }),
    body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } },
  })
}

export function podsPath(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`
}

export function podPath({ namespace, name }: NamedPod): string {
  return `${podsPath(namespace)}/${encodeURIComponent(name)}`
}

function secretPath({ namespace, name }: NamedPod): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`
}
