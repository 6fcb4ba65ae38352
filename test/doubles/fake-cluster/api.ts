import { randomUUID } from 'node:crypto'
import type { FakeContainer } from './container.ts'
import type { LogFaults } from './container-log.ts'
import { HttpFailure } from './http-failure.ts'
import { jsonPatched } from './json-patch.ts'
import type { KubeObject, NewObject } from './kube-object.ts'
import { listPage } from './list-page.ts'
import { PodOnNode, type PodScript } from './pod-on-node.ts'
import { CONTAINER, GATED, PENDING } from './pod-status.ts'
import type { Answer } from './replies.ts'
import type { Call } from './routes.ts'
import type { Store } from './store.ts'

export const NAMESPACE = 'default'

interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

interface Nodes {
  readonly script: PodScript
  readonly log: LogFaults
}

/** What the API server does with objects, and what a node makes of them. Throws HttpFailure where it refuses. */
export class Api {
  readonly #store: Store
  readonly #nodes: Nodes
  readonly #pods = new Map<string, PodOnNode>()

  constructor(store: Store, nodes: Nodes) {
    this.#store = store
    this.#nodes = nodes
  }

  /** Who is to be asked to attach: throws where there is no Pod, or no node yet. */
  findNode(call: Call): void {
    const { spec } = this.#store.get('pods', call)
    if (!spec?.['nodeName']) {
      throw new HttpFailure(400, 'BadRequest', `pod ${call.name} does not have a host assigned`)
    }
  }

  container({ name, query }: Call): FakeContainer | undefined {
    return this.#pods.get(name)?.find(query.get('container') ?? CONTAINER)
  }

  exec({ name, query }: Call): FakeContainer | undefined {
    return this.#pods.get(name)?.exec(query.getAll('command'))
  }

  /** Resolves when nothing of any Pod is left on this machine. */
  async close(): Promise<void> {
    await Promise.all([...this.#pods.values()].map((pod) => pod.close()))
  }

  handle(call: Call, body: unknown): Answer {
    const { action, resource, namespace } = call
    switch (action) {
      case 'create pods':
        return { code: 201, json: this.#createPod(call, body as NewObject) }
      case 'create secrets':
      case 'create networkpolicies':
        return { code: 201, json: this.#store.create(resource, inNamespace(call, body as NewObject)) }
      case 'list networkpolicies':
      case 'list events':
        return { code: 200, json: { kind: 'List', items: this.#store.list(resource, namespace) } }
      case 'list pods':
        return { code: 200, json: listPage(this.#store.list('pods', namespace || undefined), call.query) }
      case 'get pods':
      case 'get secrets':
        return { code: 200, json: this.#store.get(resource, call) }
      case 'get pods/log':
        return { code: 200, text: this.#log(call) }
      case 'patch pods':
        return {
          code: 200,
          json: Array.isArray(body) ? this.#patch(call, body) : this.#openGates(call, body),
        }
      case 'patch pods/resize':
        return { code: 200, json: this.#resize(call) }
      case 'delete pods':
        return { code: 200, json: this.#deletePod(call, body as DeleteOptions) }
      case 'delete secrets':
        return { code: 200, json: this.#deleteSecret(call, body as DeleteOptions) }
      default:
        throw new HttpFailure(405, 'MethodNotAllowed', `the fake does not know ${action}`)
    }
  }

  #createPod(call: Call, pod: NewObject): KubeObject {
    if (call.query.get('dryRun') === 'All') return this.#wouldBe(call, pod)
    const made = this.#store.create('pods', { ...inNamespace(call, pod), status: PENDING })
    const node = new PodOnNode(this.#store, made, this.#nodes.log)
    this.#pods.set(made.metadata.name, node)
    if (!isGated(made)) void this.#nodes.script(node)
    else node.says(GATED)
    return made
  }

  #wouldBe(call: Call, pod: NewObject): KubeObject {
    const made = { uid: randomUUID(), resourceVersion: '', creationTimestamp: new Date().toISOString() }
    const { metadata, ...rest } = inNamespace(call, pod)
    return { ...rest, metadata: { ...metadata, ...made } }
  }

  #patch(call: Call, operations: Parameters<typeof jsonPatched>[1]): KubeObject {
    const patched = jsonPatched(this.#store.get('pods', call), operations)
    this.#store.update('pods', call, () => patched)
    return this.#store.get('pods', call)
  }

  /** The one merge patch of Pods that anybody makes. */
  #openGates(call: Call, body: unknown): KubeObject {
    if (JSON.stringify(body) !== '{"spec":{"schedulingGates":null}}')
      throw new HttpFailure(422, 'Invalid', 'the fake only takes scheduling gates away')
    const wasGated = isGated(this.#store.get('pods', call))
    this.#store.update('pods', call, (pod) => {
      const spec = Object.entries(pod.spec ?? {}).filter(([field]) => field !== 'schedulingGates')
      return { ...pod, spec: Object.fromEntries(spec) }
    })
    const node = this.#pods.get(call.name)
    if (wasGated && node) void this.#nodes.script(node)
    return this.#store.get('pods', call)
  }

  #deletePod(call: Call, { gracePeriodSeconds = 30, preconditions }: DeleteOptions): KubeObject {
    const pod = this.#store.get('pods', call)
    checkPreconditions('Pod', pod, preconditions)
    const node = this.#pods.get(call.name)
    if (gracePeriodSeconds > 0) void node?.deleteGently()
    else {
      node?.marksDeleted()
      this.#store.remove('pods', call)
      node?.kill()
    }
    return pod
  }

  #deleteSecret(call: Call, { preconditions }: DeleteOptions): KubeObject {
    const secret = this.#store.get('secrets', call)
    checkPreconditions('Secret', secret, preconditions)
    this.#store.remove('secrets', call)
    return secret
  }

  /** kubelet looks at the Pod at once. */
  #resize(call: Call): KubeObject {
    const pod = this.#store.get('pods', call)
    this.#pods.get(call.name)?.nudge()
    return pod
  }

  #log(call: Call): Buffer {
    const { spec, status } = this.#store.get('pods', call)
    // A Pod without a node has an empty log, not none.
    if (!spec?.['nodeName']) return Buffer.alloc(0)
    const log = this.container(call)?.log
    // What the node has noticed counts, not what runs (kubelet, validateContainerLogStatus).
    const container = call.query.get('container') ?? CONTAINER
    const noticed = status?.containerStatuses?.find(({ name }) => name === container)
    if (!log || noticed?.state.waiting) {
      const message = `container "function" in pod "${call.name}" is waiting to start: ContainerCreating`
      throw new HttpFailure(400, 'BadRequest', message)
    }
    const limitBytes = call.query.get('limitBytes')
    const tailLines = call.query.get('tailLines')
    return log.read({
      ...(limitBytes && { limitBytes: Number(limitBytes) }),
      ...(tailLines && { tailLines: Number(tailLines) }),
    })
  }
}

function isGated({ spec }: KubeObject): boolean {
  return ((spec?.['schedulingGates'] ?? []) as readonly unknown[]).length > 0
}

function inNamespace(
  { namespace }: Call,
  object: NewObject,
): NewObject & { metadata: { namespace: string } } {
  if (namespace !== NAMESPACE) throw new HttpFailure(404, 'NotFound', `namespaces "${namespace}" not found`)
  return { ...object, metadata: { ...object.metadata, namespace } }
}

function checkPreconditions(
  kind: string,
  { metadata }: KubeObject,
  preconditions: DeleteOptions['preconditions'] = {},
): void {
  const { name, uid, resourceVersion } = metadata
  const refuse = (problem: string): HttpFailure =>
    new HttpFailure(409, 'Conflict', `Operation cannot be fulfilled on ${kind} "${name}": the ${problem}`)
  if (preconditions.uid && preconditions.uid !== uid) {
    throw refuse(
      `UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    )
  }
  if (preconditions.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    throw refuse(
      `ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    )
  }
}
