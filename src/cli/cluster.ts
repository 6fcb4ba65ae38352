import { ApiClient } from '../cluster/api-client.ts'
import { loadCredentials } from '../cluster/load-credentials.ts'
import type { Settings } from '../settings/settings.ts'
import { debugLog } from './debug-log.ts'
import { homeDirectory } from './home-directory.ts'

interface Cluster {
  readonly api: ApiClient
  /** Setting (flag, KRMPOD_NAMESPACE, file), else the context's, else this Pod's own, else `default`. */
  readonly namespace: string
}

export async function openCluster(settings: Settings): Promise<Cluster> {
  const [credentials, log] = await Promise.all([
    loadCredentials({ settings, env: process.env, home: homeDirectory() }),
    settings.log === 'debug' ? debugLog() : undefined,
  ])
  return {
    api: new ApiClient(credentials, log),
    namespace: settings.namespace ?? credentials.namespace ?? 'default',
  }
}
