import { randomUUID } from 'node:crypto'
import { HttpFailure } from './http-failure.ts'
import type { KubeObject, NewObject } from './kube-object.ts'

export type Resource = 'pods' | 'secrets' | 'networkpolicies' | 'events'

export interface StoredEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly resource: Resource
  readonly object: KubeObject
}

interface Name {
  readonly namespace: string
  readonly name: string
}

/** The API server's memory: objects by name, one version counter, and every change since the start. */
export class Store {
  readonly history: StoredEvent[] = []
  readonly #objects = new Map<string, KubeObject>()
  readonly #listeners = new Set<(event: StoredEvent) => void>()
  #version = 1000

  list(resource: Resource, namespace?: string): readonly KubeObject[] {
    const all = [...this.#objects]
      .filter(([key]) => key.startsWith(`${resource}/`))
      .map(([, object]) => object)
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace)
  }

  find(resource: Resource, name: Name): KubeObject | undefined {
    return this.#objects.get(keyOf(resource, name))
  }

  get(resource: Resource, name: Name): KubeObject {
    const object = this.find(resource, name)
    if (!object) throw new HttpFailure(404, 'NotFound', `${resource} "${name.name}" not found`)
    return object
  }

  create(resource: Resource, { metadata, ...rest }: NewObject & { metadata: Name }): KubeObject {
    if (this.find(resource, metadata)) {
      throw new HttpFailure(409, 'AlreadyExists', `${resource} "${metadata.name}" already exists`)
    }
    const made = {
      ...metadata,
      uid: metadata.uid ?? randomUUID(),
      creationTimestamp: new Date().toISOString(),
    }
    return this.#put({
      type: 'ADDED',
      resource,
      object: { ...rest, metadata: { ...made, resourceVersion: this.#next() } },
    })
  }

  /** Nothing happens to an object that is gone. */
  update(resource: Resource, name: Name, change: (object: KubeObject) => KubeObject): void {
    const object = this.find(resource, name)
    if (!object) return
    const changed = change(object)
    const metadata = { ...changed.metadata, resourceVersion: this.#next() }
    this.#put({ type: 'MODIFIED', resource, object: { ...changed, metadata } })
  }

  /** With all that it owns, as the garbage collector would soon do. */
  remove(resource: Resource, name: Name): void {
    const object = this.find(resource, name)
    if (!object) return
    this.#objects.delete(keyOf(resource, name))
    const metadata = { ...object.metadata, resourceVersion: this.#next() }
    this.#tell({ type: 'DELETED', resource, object: { ...object, metadata } })
    for (const owned of this.list('secrets')) {
      const isOwned = owned.metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid)
      if (isOwned) this.remove('secrets', owned.metadata)
    }
  }

  subscribe(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #put(event: StoredEvent): KubeObject {
    this.#objects.set(keyOf(event.resource, event.object.metadata), event.object)
    this.#tell(event)
    return event.object
  }

  #tell(event: StoredEvent): void {
    this.history.push(event)
    for (const listener of [...this.#listeners]) listener(event)
  }

  #next(): string {
    this.#version += 1
    return String(this.#version)
  }
}

function keyOf(resource: Resource, { namespace, name }: Name): string {
  return `${resource}/${namespace}/${name}`
}
