import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ApiClient } from '../cluster/api-client.ts'
import type { Connections } from '../cluster/connections.ts'
import { type Credentials, opensTls } from '../cluster/credentials.ts'
import { addressOf, dial } from '../cluster/dial.ts'
import { loadCredentials } from '../cluster/load-credentials.ts'
import { diskMemory, type Memory } from '../cluster/memory.ts'
import type { WantedImage } from '../cluster/registry/look-up.ts'
import type { PullLogins } from '../cluster/registry/pull-logins.ts'
import type { ImageConfig } from '../plan/exec-command.ts'
import type { Settings } from '../settings/settings.ts'
import { userCacheDir } from '../settings/user-dirs.ts'
import { debugLog } from './debug-log.ts'
import { homeDirectory } from './home-directory.ts'

interface Cluster {
  readonly api: ApiClient
  /** Setting (flag, KRMPOD_NAMESPACE, file), else the context's, else this Pod's own, else `default`. */
  readonly namespace: string
  readonly memory: Memory
  readonly imageConfig: (wanted: WantedImage) => Promise<ImageConfig>
  readonly pullLogins: (images: readonly string[]) => Promise<PullLogins>
}

/** `ahead`: so many connections are being opened when it resolves. */
export async function openCluster(settings: Settings, ahead = 0): Promise<Cluster> {
  const credentials = await loadCredentials({ settings, env: process.env, home: homeDirectory() })
  const connections = await openAhead(credentials, ahead)
  const { ApiClient } = await import('../cluster/api-client.ts')
  const log = settings.log === 'debug' ? await debugLog() : undefined
  const api = new ApiClient(credentials, { ...(log && { log }), ...(connections && { connections }) })
  const namespace = settings.namespace ?? credentials.namespace ?? 'default'
  const person = { env: process.env, home: homeDirectory() }
  const cacheDir = userCacheDir(person)
  const memory = diskMemory(cacheDir && join(cacheDir, 'memory'))
  const imageConfig = async (wanted: WantedImage): Promise<ImageConfig> => {
    const { lookUpImageConfig } = await import('../cluster/registry/look-up.ts')
    return lookUpImageConfig(wanted, { ...person, api, namespace, memory })
  }
  const pullLogins = async (images: readonly string[]): Promise<PullLogins> => {
    const { pullLogins } = await import('../cluster/registry/pull-logins.ts')
    return pullLogins(images, person)
  }
  return { api, namespace, memory, imageConfig, pullLogins }
}

/** TCP, then TLS, then HTTP: each is loaded while the server answers to the one before. */
async function openAhead(credentials: Credentials, count: number): Promise<Connections | undefined> {
  if (count === 0 || !opensTls(credentials)) return undefined
  const dialled = Array.from({ length: count }, () => dial(addressOf(credentials.server)))
  // Node dials in its next tick.
  await setImmediate()
  const { Connections } = await import('../cluster/connections.ts')
  const connections = new Connections(credentials, dialled)
  connections.prepare(count)
  await setImmediate()
  return connections
}
