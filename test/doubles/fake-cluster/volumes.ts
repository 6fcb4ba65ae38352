import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../mounts/support/tree-on-disk.ts'
import type { KubeObject } from './kube-object.ts'

interface Mounting {
  readonly name: string
  readonly volumeMounts?: readonly {
    readonly name: string
    readonly mountPath: string
    readonly subPath?: string
  }[]
}

/** The empty folders of one Pod, as its containers see them. */
export class Volumes {
  readonly #containers: readonly Mounting[]
  readonly #folders = new Map<string, ReturnType<typeof temporaryFolder>>()

  constructor({ spec }: KubeObject) {
    this.#containers = ['initContainers', 'containers'].flatMap((key) => (spec?.[key] ?? []) as Mounting[])
  }

  /** Where on this machine is what the container has at `target`. */
  path(container: string, target: string): string {
    const { volumeMounts = [] } = this.#containers.find(({ name }) => name === container) ?? {}
    const mount = volumeMounts.find(({ mountPath }) => mountPath === target)
    if (!mount) throw new Error(`${container} has nothing at ${target}`)
    return join(this.#folder(mount.name), mount.subPath ?? '')
  }

  remove(): void {
    for (const folder of this.#folders.values()) folder[Symbol.dispose]()
    this.#folders.clear()
  }

  #folder(volume: string): string {
    const folder = this.#folders.get(volume) ?? temporaryFolder()
    this.#folders.set(volume, folder)
    chmodSync(folder.path, 0o777)
    return folder.path
  }
}
