import { kubectl } from './cluster.ts'

/** Streams over v5.channel.k8s.io: on since 1.30, unless the server says of itself that it has them switched off. */
export async function speaksV5(): Promise<boolean> {
  const gate = await featureGate('TranslateStreamCloseWebsocketRequests')
  return gate ?? (await minorVersion()) >= 30
}

/** The node itself takes an attach, or refuses it (since 1.36); before, the API server says that it is open. */
export async function nodesAnswer(): Promise<boolean> {
  const gate = await featureGate('ExtendWebSocketsToKubelet')
  return (await speaksV5()) && (gate ?? (await minorVersion()) >= 36)
}

/** Undefined: this server does not know of it, not yet or no more. */
async function featureGate(name: string): Promise<boolean | undefined> {
  const metrics = await kubectl(['get', '--raw', '/metrics'])
  const value = new RegExp(`^kubernetes_feature_enabled\\{name="${name}",.*\\} ([01])$`, 'm').exec(
    metrics,
  )?.[1]
  return value === undefined ? undefined : value === '1'
}

async function minorVersion(): Promise<number> {
  const { minor } = JSON.parse(await kubectl(['get', '--raw', '/version'])) as { minor: string }
  return Number.parseInt(minor, 10)
}

/** What kubelet says of the runtimes of all nodes. */
export async function givesUserNamespaces(): Promise<boolean> {
  const path = 'jsonpath={.items[*].status.runtimeHandlers[*].features.userNamespaces}'
  return (await kubectl(['get', 'nodes', '-o', path])).includes('true')
}
