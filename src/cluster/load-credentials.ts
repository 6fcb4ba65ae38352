import { statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { RunError } from '../errors/run-error.ts'
import type { Settings } from '../settings/settings.ts'
import type { Environment } from '../settings/user-dirs.ts'
import type { Credentials } from './credentials.ts'
import { inClusterCredentials, ownCluster, podNamespace, type ServiceAccountPlace } from './in-cluster.ts'
import type { KubeconfigResult } from './kubeconfig.ts'

export interface CredentialSources {
  readonly settings: Pick<Settings, 'kubeconfig' | 'context' | 'credentials'>
  readonly env: Environment
  readonly home: string | undefined
  readonly serviceAccountDir?: string
  readonly now?: () => number
  readonly pluginTimeoutMs?: number
}

const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount'
const PLUGIN_TIMEOUT_MS = 60_000

/**
 * Who we are, and for which cluster, in kubectl's order: the kubeconfig of the settings; else those of KUBECONFIG;
 * else ~/.kube/config; else, when these say nothing, the service account of the Pod we are in.
 */
export async function loadCredentials(sources: CredentialSources): Promise<Credentials> {
  const { settings, env, serviceAccountDir = SERVICE_ACCOUNT_DIR } = sources
  const serviceAccount = { env, serviceAccountDir }
  const places = locateKubeconfigs(sources)
  const found = await fromFiles(places, { ...sources, serviceAccount })
  if (found.kind === 'credentials') return found.credentials
  const isChosen = settings.kubeconfig !== undefined
  const own = isChosen ? undefined : await inClusterCredentials(serviceAccount)
  if (own) return own
  if (found.kind === 'noContext') {
    throw new RunError('KUBECONFIG', { problem: `there is no current-context in ${found.places}` })
  }
  if (isChosen) throw new RunError('KUBECONFIG', { problem: `${settings.kubeconfig} is empty` })
  throw new RunError('NO_CREDENTIALS', { looked: places.said })
}

interface Places {
  readonly paths: readonly string[]
  /** For people. */
  readonly said: string
}

function locateKubeconfigs({ settings, env, home }: CredentialSources): Places {
  if (settings.kubeconfig !== undefined) return { paths: [settings.kubeconfig], said: settings.kubeconfig }
  const list = env['KUBECONFIG']
  if (list) return { paths: list.split(delimiter).filter((path) => path !== ''), said: `KUBECONFIG=${list}` }
  if (!home) return { paths: [], said: 'KUBECONFIG is not set, and there is no home folder' }
  const path = join(home, '.kube', 'config')
  return { paths: [path], said: path }
}

/** Loads the code for kubeconfigs only when there is one: most Pods have none. */
async function fromFiles(
  { paths }: Places,
  sources: CredentialSources & { serviceAccount: ServiceAccountPlace },
): Promise<KubeconfigResult> {
  const { settings, now = Date.now, pluginTimeoutMs = PLUGIN_TIMEOUT_MS } = sources
  const present = paths.map(isThere)
  if (settings.kubeconfig !== undefined && !present[0]) {
    throw new RunError('KUBECONFIG', { problem: `${settings.kubeconfig} does not exist` })
  }
  if (!present.includes(true) && settings.context === undefined) return { kind: 'empty' }
  const { fromKubeconfigs } = await import('./kubeconfig.ts')
  const namespace = namespaceInPod(sources.serviceAccount)
  return fromKubeconfigs(paths, { ...sources, now, pluginTimeoutMs, namespace })
}

function isThere(path: string): boolean {
  try {
    statSync(path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

/** For a context that names no namespace: in a Pod, kubectl then means the Pod's own. */
function namespaceInPod(serviceAccount: ServiceAccountPlace): string | undefined {
  return ownCluster(serviceAccount) && podNamespace(serviceAccount)
}
