import type { ImageConfig } from '../../plan/exec-command.ts'
import { type ImageRef, parseImageRef } from '../../request/images/image-ref.ts'
import type { ApiClient } from '../api-client.ts'
import type { Memory } from '../memory.ts'
import { getSecret } from '../pods.ts'
import { type Caller, callerLogin } from './caller-login.ts'
import { type DockerConfig, loginFor, parseDockerConfig } from './docker-auths.ts'
import { fetchImageConfig } from './image-config.ts'
import type { Login } from './login.ts'
import { Registry } from './registry.ts'

/** An image whose command has to be known before it can be started by exec. */
export interface WantedImage {
  readonly image: string
  /** What the node runs; absent where it does not say. */
  readonly digest?: string
  readonly platform: { readonly os: string; readonly arch: string }
  readonly mirrors: ReadonlyMap<string, string>
  readonly pullSecrets: readonly string[]
}

/** Where to look, and as whom. */
export interface LookUpHost extends Caller {
  readonly api: ApiClient
  readonly namespace: string
  readonly memory: Memory
}

/** What an image says of its command: from an earlier run, by digest, or from its registry. Throws an Error. */
export async function lookUpImageConfig(wanted: WantedImage, host: LookUpHost): Promise<ImageConfig> {
  const ref = parseImageRef(wanted.image)
  const digest = wanted.digest ?? ref.digest
  const subject = digest && `image config ${digest}`
  const known = subject && (await host.memory.recall(subject))
  if (known) return JSON.parse(known) as ImageConfig
  const registry = new Registry(ref, {
    route: { env: host.env, ca: undefined },
    mirrors: wanted.mirrors,
    login: () => findLogin(ref, { ...host, pullSecrets: wanted.pullSecrets }),
  })
  const reference = digest ?? ref.tag ?? 'latest'
  const config = await fetchImageConfig(registry, { reference, platform: wanted.platform })
  if (subject) await host.memory.keep(subject, JSON.stringify(config))
  return config
}

type Keys = LookUpHost & Pick<WantedImage, 'pullSecrets'>

/** As the node would: the namespace's pull secrets, where we may read them; else as the caller's docker would. */
async function findLogin(ref: ImageRef, host: Keys): Promise<Login | undefined> {
  const image = `${ref.registry}/${ref.repository}`
  for (const config of await pullSecrets(host)) {
    const login = loginFor(image, config)
    if (login) return login
  }
  return callerLogin(ref, host)
}

async function pullSecrets({ api, namespace, pullSecrets: names }: Keys): Promise<readonly DockerConfig[]> {
  const configs = names.map(async (name) => {
    // To read Secrets is a right that few will give: without it, they are for the nodes alone.
    const secret = await getSecret(api, { namespace, name }).catch(() => undefined)
    const json = secret?.data?.['.dockerconfigjson']
    return json === undefined ? undefined : parseDockerConfig(Buffer.from(json, 'base64').toString('utf8'))
  })
  return (await Promise.all(configs)).filter((config) => config !== undefined)
}
