import { join } from 'node:path'
import { ApiClient } from '../cluster/api-client.ts'
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

export async function openCluster(settings: Settings): Promise<Cluster> {
  const [credentials, log] = await Promise.all([
    loadCredentials({ settings, env: process.env, home: homeDirectory() }),
    settings.log === 'debug' ? debugLog() : undefined,
  ])
  const api = new ApiClient(credentials, log)
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
