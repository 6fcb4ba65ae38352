import { createHash } from 'node:crypto'
import * as v from 'valibot'
import type { ImageConfig } from '../../plan/exec-command.ts'
import type { Registry } from './registry.ts'

const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]
const ACCEPT = [...MANIFESTS, ...INDEXES].join(', ')

const platform = v.object({ os: v.string(), architecture: v.string() })
const index = v.object({
  manifests: v.array(v.object({ digest: v.string(), platform: v.optional(platform) })),
})
const manifest = v.object({ config: v.object({ digest: v.string() }) })
const words = v.optional(v.nullable(v.array(v.string())))
const config = v.object({
  config: v.optional(v.nullable(v.object({ Entrypoint: words, Cmd: words, Env: words })), {}),
})

interface Wanted {
  /** A tag, or the digest of an index, a manifest or a configuration: nodes name images by any of them. */
  readonly reference: string
  readonly platform: { readonly os: string; readonly arch: string }
}

/** The image's own command and environment. Throws an Error that says what the registry did instead. */
export async function fetchImageConfig(registry: Registry, wanted: Wanted): Promise<ImageConfig> {
  const { reference } = wanted
  const top = await registry.get(`manifests/${reference}`, ACCEPT)
  if (!top && reference.includes(':')) return fetchConfig(registry, reference)
  const parsed = parseJson(checked(top, { registry, digest: reference }))
  const isIndex = v.safeParse(index, parsed)
  const ofPlatform = isIndex.success
    ? await fetchManifest(registry, digestFor(isIndex.output, wanted.platform))
    : parsed
  return fetchConfig(registry, v.parse(manifest, ofPlatform).config.digest)
}

async function fetchConfig(registry: Registry, digest: string): Promise<ImageConfig> {
  return readConfig(checked(await registry.get(`blobs/${digest}`), { registry, digest }))
}

async function fetchManifest(registry: Registry, digest: string): Promise<unknown> {
  return parseJson(checked(await registry.get(`manifests/${digest}`, ACCEPT), { registry, digest }))
}

/** The commands of an image hardly ever differ between platforms, and not every list names ours. */
function digestFor({ manifests }: v.InferOutput<typeof index>, { os, arch }: Wanted['platform']): string {
  const exact = manifests.find(({ platform }) => platform?.os === os && platform.architecture === arch)
  const found = exact ?? manifests.find(({ platform }) => platform?.os === os) ?? manifests[0]
  if (!found) throw new Error('the image has no manifest for any platform')
  return found.digest
}

/** What was asked for by digest has to have it. */
function checked(
  body: Buffer | undefined,
  { registry, digest }: { registry: Registry; digest: string },
): Buffer {
  if (!body) throw new Error(`${registry.host} does not have ${digest}`)
  const [algorithm = '', hex] = digest.split(':')
  if (hex === undefined) return body
  if (createHash(algorithm).update(body).digest('hex') !== hex)
    throw new Error(`${registry.host} sent something else for ${digest}`)
  return body
}

function readConfig(blob: Buffer): ImageConfig {
  const { config: image } = v.parse(config, parseJson(blob))
  return { entrypoint: image?.Entrypoint ?? [], cmd: image?.Cmd ?? [], env: image?.Env ?? [] }
}

function parseJson(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8'))
}
