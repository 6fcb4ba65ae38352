import * as http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Api } from './fake-cluster/api.ts'
import { AttachEndpoint, notAttachable, type Upgrade } from './fake-cluster/attach-endpoint.ts'
import type { AttachFaults } from './fake-cluster/attach-faults.ts'
import type { LogFaults } from './fake-cluster/container-log.ts'
import { HttpFailure } from './fake-cluster/http-failure.ts'
import { type Deed, type Intervention, Interventions } from './fake-cluster/intervention.ts'
import type { KubeObject, NewObject } from './fake-cluster/kube-object.ts'
import { type PodScript, runs } from './fake-cluster/pod-on-node.ts'
import { CONTAINER } from './fake-cluster/pod-status.ts'
import { cat } from './fake-cluster/programs.ts'
import { fail, refuseUpgrade, reply } from './fake-cluster/replies.ts'
import { type Call, route } from './fake-cluster/routes.ts'
import { type Resource, Store } from './fake-cluster/store.ts'
import { WatchEndpoint, type WatchFaults } from './fake-cluster/watch-endpoint.ts'

export { NAMESPACE } from './fake-cluster/api.ts'

/** How this cluster differs from one in which everything goes well. */
export interface FakeClusterOptions {
  /** What becomes of Pods; by default they run `cat`. */
  readonly pods?: PodScript
  readonly requests?: readonly Intervention[]
  readonly attach?: AttachFaults
  readonly log?: LogFaults
  readonly watch?: WatchFaults
  /** What is there from the start. */
  readonly policies?: readonly (NewObject & { metadata: { namespace: string } })[]
}

/** One request that arrived, in the words of RBAC, with its body. */
export interface Seen {
  readonly action: string
  readonly body: unknown
}

/**
 * One API server with one node behind it: real HTTP and WebSocket, with the answers, texts and orders of events of
 * Kubernetes 1.36 (or older, see AttachFaults), as far as a run can see them.
 */
export class FakeCluster implements AsyncDisposable {
  /** Everything that arrived, in order. */
  readonly requests: Seen[] = []
  readonly #sockets = new Set<Socket>()
  readonly #waiting: (() => void)[] = []
  readonly store: Store = new Store()
  readonly #server: http.Server
  readonly #api: Api
  readonly #attach: AttachEndpoint
  readonly #watch: WatchEndpoint
  readonly #interventions: Interventions

  constructor({ pods = runs(cat), log = {}, ...options }: FakeClusterOptions) {
    this.#api = new Api(this.store, { script: pods, log })
    this.#attach = new AttachEndpoint(options.attach)
    this.#watch = new WatchEndpoint(this.store, options.watch)
    this.#interventions = new Interventions(options.requests)
    for (const policy of options.policies ?? []) this.store.create('networkpolicies', policy)
    this.#server = http.createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => fail(response, error))
    })
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('upgrade', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade({ request, socket, head }).catch((error: unknown) => refuseUpgrade(socket, error))
    })
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
  }

  /** `create pods`, in the order of arrival. */
  get actions(): readonly string[] {
    return this.requests.map(({ action }) => action)
  }

  /** Resolves when so many requests of this kind have arrived. */
  async seen(action: string, times = 1): Promise<void> {
    while (this.count(action) < times) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  count(action: string): number {
    return this.actions.filter((candidate) => candidate === action).length
  }

  /** Attaches that were made over SPDY. */
  get bySpdy(): number {
    return this.#attach.bySpdy
  }

  objects(resource: Resource): readonly KubeObject[] {
    return this.store.list(resource)
  }

  /** Connections that somebody still has open. */
  get connections(): number {
    return this.#sockets.size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#api.close()
    this.#attach.close()
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
    await closed
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const call = route(request.method ?? '', request.url ?? '')
    if (!call) throw new HttpFailure(404, 'NotFound', 'the server could not find the requested resource')
    const sent = await text(request)
    const body: unknown = sent === '' ? {} : JSON.parse(sent)
    const deed = await this.#admit(call, body)
    if (deed?.kind === 'reset') request.socket.destroy()
    if (deed?.kind === 'reset' || deed?.kind === 'hang') return
    if (call.action === 'watch pods') {
      this.#watch.serve(response, call)
      return
    }
    const answer = this.#api.handle(call, body)
    if (deed?.kind === 'resetAfter') request.socket.destroy()
    else reply(response, answer)
  }

  async #upgrade(upgrade: Upgrade): Promise<void> {
    upgrade.socket.on('error', () => undefined)
    const call = route('GET', upgrade.request.url ?? '')
    if (call?.action !== 'get pods/attach' && call?.action !== 'get pods/exec')
      throw new HttpFailure(404, 'NotFound', 'no such upgrade')
    const deed = await this.#admit(call, undefined)
    if (deed?.kind === 'reset') upgrade.socket.destroy()
    if (deed?.kind === 'reset' || deed?.kind === 'hang') return
    this.#api.findNode(call)
    if (call.action === 'get pods/exec') {
      const missing = `container not found ("${call.query.get('container')}")`
      this.#attach.accept(upgrade, { name: CONTAINER, container: once(() => this.#api.exec(call)), missing })
      return
    }
    const name = call.query.get('container') ?? CONTAINER
    const missing = notAttachable(name, call)
    this.#attach.accept(upgrade, { name, container: () => this.#api.container(call), missing })
  }

  /** Writes the request down, and does what an intervention wants done before it. */
  async #admit({ action }: Call, body: unknown): Promise<Deed | undefined> {
    this.requests.push({ action, body })
    for (const wake of this.#waiting.splice(0)) wake()
    const deed = this.#interventions.next(action)
    if (deed?.kind === 'refuse') throw new HttpFailure(deed.code, deed.reason, deed.message)
    if (deed?.kind === 'delay') await sleep(deed.ms)
    return deed
  }
}

/** Asked until there is one, which it then stays. */
function once<T>(make: () => T | undefined): () => T | undefined {
  let made: T | undefined
  return () => (made ??= make())
}

/** `await using` closes it. */
export async function fakeCluster(options: FakeClusterOptions = {}): Promise<FakeCluster> {
  const cluster = new FakeCluster(options)
  await cluster.listen()
  return cluster
}
