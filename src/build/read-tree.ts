import { realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type ContainerSpec, containerSpecOf, isMapping } from './function-spec.ts'
import type { ReadYaml } from './read-yaml.ts'

export interface FoundFunction {
  readonly spec: ContainerSpec
  /** Of the kustomization that names it, without links. */
  readonly root: string
}

/** What the entries of a kustomization come to. */
interface Found {
  /** In the order in which kustomize runs them. */
  readonly functions: readonly FoundFunction[]
  /** As far as they are in files. A folder may stand for the configs of functions. */
  readonly objects: readonly unknown[]
}

interface Place {
  readonly yaml: ReadYaml
  /** The folders that led here, the nearest last: no way leads back to them. */
  readonly trail: readonly string[]
  /** Whether anybody looks at the objects. */
  readonly wantsObjects: boolean
  readonly budget: { folders: number }
}

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
const NOTHING: Found = { functions: [], objects: [] }
/** A folder that many others name is read as often: kustomize does so, too. */
const MOST_FOLDERS = 500

/** The container functions of a kustomization and of all that it is made of; what cannot be read has none. */
export async function readTree(folder: string, yaml: ReadYaml): Promise<readonly FoundFunction[]> {
  const place = { yaml, trail: [], wantsObjects: false, budget: { folders: MOST_FOLDERS } }
  const { functions } = await readFolder(resolve(folder), place)
  return functions
}

async function readFolder(path: string, above: Place): Promise<Found> {
  const root = await realpath(path).catch(() => undefined)
  if (root === undefined || above.trail.includes(root) || above.budget.folders === 0) return NOTHING
  above.budget.folders -= 1
  const kustomization = await readKustomization(root, above.yaml)
  const list = (field: string): readonly string[] => textsOf(kustomization[field])
  const place = { ...above, trail: [...above.trail, root] }
  // In the order of kustomize 5 (api, kusttarget.go).
  const resources = await readPaths([...list('resources'), ...list('bases')], place)
  const generators = await readConfigs(list('generators'), place)
  const components = await readPaths(list('components'), place)
  const transformers = await readConfigs(list('transformers'), place)
  const validators = await readConfigs(list('validators'), place)
  const all = [resources.functions, generators, components.functions, transformers, validators]
  return { functions: all.flat(), objects: [...resources.objects, ...components.objects] }
}

/** Several files of these names are an error. */
async function readKustomization(root: string, yaml: ReadYaml): Promise<Readonly<Record<string, unknown>>> {
  const documents = await Promise.all(NAMES.map((name) => yaml.file(join(root, name))))
  const [kustomization, ...more] = documents.flat()
  return isMapping(kustomization) && more.length === 0 ? kustomization : {}
}

/** The functions whose configs these are, after those that the making of the configs itself takes. Inline ones come first. */
async function readConfigs(entries: readonly string[], place: Place): Promise<readonly FoundFunction[]> {
  const { yaml, trail } = place
  const inline = entries.map((entry) => yaml.text(entry).filter(isMapping))
  const paths = entries.filter((_entry, index) => inline[index]?.length === 0)
  const { functions, objects } = await readPaths(paths, { ...place, wantsObjects: true })
  const root = trail.at(-1) ?? '/'
  const specs = [...inline.flat(), ...objects].map((object) => containerSpecOf(object, yaml.text))
  return [...functions, ...specs.filter((spec) => spec !== undefined).map((spec) => ({ spec, root }))]
}

async function readPaths(entries: readonly string[], place: Place): Promise<Found> {
  const found: Found[] = []
  // One after the other: a cycle would otherwise be walked by many at once.
  for (const entry of entries) found.push(await readPath(entry, place))
  return {
    functions: found.flatMap(({ functions }) => functions),
    objects: found.flatMap(({ objects }) => objects),
  }
}

/** A URL is no path here. */
async function readPath(entry: string, place: Place): Promise<Found> {
  const path = resolve(place.trail.at(-1) ?? '/', entry)
  const entity = await stat(path).catch(() => undefined)
  if (entity?.isDirectory()) return readFolder(path, place)
  return { functions: [], objects: place.wantsObjects ? await place.yaml.file(path) : [] }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}
