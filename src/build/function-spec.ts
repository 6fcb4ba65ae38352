/** What an object asks of a container, as kustomize reads it (kyaml, runtimeutil/functiontypes.go). */
export interface ContainerSpec {
  readonly image: string
  readonly network: boolean
  readonly mounts: readonly StorageMount[]
  readonly envs: readonly string[]
}

export interface StorageMount {
  readonly type: string
  readonly src: string
  readonly dst: string
  readonly rw: boolean
}

type Mapping = Readonly<Record<string, unknown>>
type ParseDocuments = (text: string) => readonly unknown[]

const FUNCTION_KEYS = ['config.kubernetes.io/function', 'config.k8s.io/function']
const CONTAINER_KEY = 'config.kubernetes.io/container'

/** Undefined: no container function, or one that kustomize may read otherwise than we do. */
export function containerSpecOf(object: unknown, parse: ParseDocuments): ContainerSpec | undefined {
  // A builtin plugin is one, whatever its annotations say.
  if (!isMapping(object) || object['apiVersion'] === 'builtin') return undefined
  const metadata = mappingOr(object['metadata'])
  const annotations = mappingOr(metadata['annotations'])
  const written = FUNCTION_KEYS.map((key) => annotations[key]).find(isFilled)
  if (written !== undefined) {
    const [spec, ...more] = parse(written)
    return more.length === 0 ? specOf(spec) : undefined
  }
  if (metadata['configFn'] !== undefined) return specOf(metadata['configFn'])
  const image = annotations[CONTAINER_KEY]
  return isFilled(image) ? { image, network: false, mounts: [], envs: [] } : undefined
}

function specOf(spec: unknown): ContainerSpec | undefined {
  if (!isMapping(spec) || !hasOnly(spec, ['container', 'deferFailure'])) return undefined
  const { container } = spec
  if (!isMapping(container) || !hasOnly(container, ['image', 'network', 'mounts', 'envs'])) return undefined
  const { image, network = false, mounts = [], envs = [] } = container
  if (!isFilled(image) || typeof network !== 'boolean' || !Array.isArray(mounts)) return undefined
  const read = mounts.map(mountOf).filter((mount) => mount !== undefined)
  if (read.length < mounts.length || !areTexts(envs)) return undefined
  return { image, network, mounts: read, envs }
}

function mountOf(mount: unknown): StorageMount | undefined {
  if (!isMapping(mount) || !hasOnly(mount, ['type', 'src', 'dst', 'rw'])) return undefined
  const { type = '', src = '', dst = '', rw = false } = mount
  const areAllTexts = typeof type === 'string' && typeof src === 'string' && typeof dst === 'string'
  return areAllTexts && typeof rw === 'boolean' ? { type, src, dst, rw } : undefined
}

/** kustomize is strict about unknown keys. */
function hasOnly(mapping: Mapping, keys: readonly string[]): boolean {
  return Object.keys(mapping).every((key) => keys.includes(key))
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

function mappingOr(value: unknown): Mapping {
  return isMapping(value) ? value : {}
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
