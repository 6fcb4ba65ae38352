import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { ApiClient } from '../../src/cluster/api-client.ts'
import type { Credentials } from '../../src/cluster/credentials.ts'
import { loadCredentials } from '../../src/cluster/load-credentials.ts'
import type { Pod, Secret } from '../../src/kube/types.ts'
import { mergeSettings } from '../../src/settings/merge-settings.ts'
import { newIdentity } from './proxy/identity.ts'
import { upstreamOf } from './proxy/upstream.ts'
import { goneWithin, type World } from './world.ts'

/** Deletion on a real cluster takes its time: kubelet ends the container first. */
const TIME_TO_GO_MS = 60_000
const TIME_TO_BE_TOLD_MS = 5_000

/** One real cluster, that of KUBECONFIG, with a namespace of its own for all runs. */
export async function clusterWorld(): Promise<World> {
  const credentials = await clusterCredentials()
  const objects = new Objects(new ApiClient(credentials), `faults-${randomBytes(4).toString('hex')}`)
  await objects.createNamespace()
  const upstream = upstreamOf(credentials)
  return {
    identity: newIdentity(),
    namespace: objects.namespace,
    image: (name) => `${process.env['KRMPOD_TEST_IMAGE_PREFIX'] ?? ''}krmpod/fixtures/${name}:v1`,
    remains: () => goneWithin(TIME_TO_GO_MS, () => objects.names()),
    place: () =>
      Promise.resolve({
        upstream,
        remains: (runIds) => goneWithin(TIME_TO_BE_TOLD_MS, () => objects.names(runIds)),
        sweep: (names) => objects.deletePods(names),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    [Symbol.asyncDispose]: async () => {
      await objects.deleteNamespace()
      if (upstream.agent) upstream.agent.destroy()
    },
  }
}

export function clusterCredentials(): Promise<Credentials> {
  return loadCredentials({
    settings: mergeSettings({ env: process.env }),
    env: process.env,
    home: homedir(),
  })
}

/** What runs make in the namespace, asked for directly. */
class Objects {
  readonly namespace: string
  readonly #api: ApiClient

  constructor(api: ApiClient, namespace: string) {
    this.#api = api
    this.namespace = namespace
  }

  async createNamespace(): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } }
    await this.#call('POST', { path: '/api/v1/namespaces', body })
  }

  async deleteNamespace(): Promise<void> {
    await this.#call('DELETE', { path: `/api/v1/namespaces/${this.namespace}` })
    this.#api.close()
  }

  async deletePods(names: readonly string[]): Promise<void> {
    const body = { gracePeriodSeconds: 0 }
    await Promise.all(
      // A Pod's Secret goes with it; one that is gone by now is what is wanted.
      names.map((name) =>
        this.#call('DELETE', { path: this.#path('pods', name), body }).catch(() => undefined),
      ),
    )
  }

  /** Of these runs, unless they have been told to go; or of all. */
  async names(runIds?: readonly string[]): Promise<readonly string[]> {
    const [pods, secrets] = await Promise.all([this.#list<Pod>('pods'), this.#list<Secret>('secrets')])
    // A Secret is named like its Pod, and a Pod's name ends with its run.
    return [...pods, ...secrets].flatMap(({ metadata: { name = '', deletionTimestamp } = {} }) =>
      !runIds || (!deletionTimestamp && runIds.some((id) => name.endsWith(`-${id}`))) ? [name] : [],
    )
  }

  async #list<T>(resource: string): Promise<readonly T[]> {
    return (await this.#call<{ items: readonly T[] }>('GET', { path: this.#path(resource) })).items
  }

  #path(resource: string, name?: string): string {
    return ['/api/v1/namespaces', this.namespace, resource, ...(name ? [name] : [])].join('/')
  }

  #call<T>(method: 'GET' | 'POST' | 'DELETE', what: { path: string; body?: object }): Promise<T> {
    return this.#api.json<T>({ action: { verb: method.toLowerCase(), resource: what.path }, method, ...what })
  }
}
