import * as v from 'valibot'
import type { Login } from './login.ts'

const entry = v.object({
  auth: v.optional(v.string()),
  username: v.optional(v.string()),
  password: v.optional(v.string()),
  identitytoken: v.optional(v.string()),
})

/** docker's config.json, and the `.dockerconfigjson` of a pull secret: what we read of either. */
const config = v.object({
  auths: v.optional(v.record(v.string(), entry), {}),
  credHelpers: v.optional(v.record(v.string(), v.string()), {}),
  credsStore: v.optional(v.string()),
})

export type DockerConfig = v.InferOutput<typeof config>
type Entry = v.InferOutput<typeof entry>

/** What docker calls Docker Hub in its file. */
const HUB = ['index.docker.io', 'docker.io', 'registry-1.docker.io']

/** Undefined: it is not such a file. */
export function parseDockerConfig(json: string): DockerConfig | undefined {
  try {
    const result = v.safeParse(config, JSON.parse(json))
    return result.success ? result.output : undefined
  } catch {
    return undefined
  }
}

/** `image`: registry and repository. The entry with the longest path wins, as for kubelet; docker has only hosts. */
export function loginFor(image: string, { auths }: DockerConfig): Login | undefined {
  const [best] = Object.entries(auths)
    .filter(([key]) => covers(key, image))
    .toSorted(([a], [b]) => plainKey(b).length - plainKey(a).length)
  return best && loginOf(best[1])
}

export function helperFor(registry: string, { credHelpers, credsStore }: DockerConfig): string | undefined {
  const [, own] = Object.entries(credHelpers).find(([key]) => covers(key, registry)) ?? []
  return own ?? credsStore
}

/** `https://index.docker.io/v1/`, `ghcr.io`, `*.acme.io/team`. */
function covers(key: string, image: string): boolean {
  const [host = '', ...path] = plainKey(key).split('/')
  const [registry = '', ...repository] = image.split('/')
  if (!path.every((part, index) => part === repository[index])) return false
  if (HUB.includes(host)) return HUB.includes(registry)
  const labels = registry.split('.')
  const pattern = host.split('.')
  return (
    pattern.length === labels.length &&
    pattern.every((label, index) => label === '*' || label === labels[index])
  )
}

function plainKey(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .replace(/\/v[12]$/, '')
}

function loginOf({ auth, username, password, identitytoken }: Entry): Login | undefined {
  if (identitytoken) return { kind: 'identityToken', token: identitytoken }
  if (username !== undefined && password !== undefined) return { kind: 'password', username, password }
  const pair = Buffer.from(auth ?? '', 'base64').toString('utf8')
  const at = pair.indexOf(':')
  return at < 0
    ? undefined
    : { kind: 'password', username: pair.slice(0, at), password: pair.slice(at + 1).replace(/\0+$/, '') }
}
