import type { Flag } from './flag.ts'

const CLUSTER = 'KRMPOD_CONTEXT or the kubeconfig choose the cluster'
const TLS = 'the kubeconfig says how to reach the cluster'

/** docker's options before the subcommand. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  { name: 'config', takes: 'value', does: 'ignore', why: 'no docker configuration is read' },
  { name: 'debug', short: 'D', takes: 'bool', does: 'ignore', why: 'KRMPOD_LOG=debug says more' },
  { name: 'log-level', short: 'l', takes: 'value', does: 'ignore', why: 'KRMPOD_LOG=debug says more' },
  { name: 'context', short: 'c', takes: 'value', does: 'refuse', why: CLUSTER },
  { name: 'host', short: 'H', takes: 'value', does: 'refuse', why: CLUSTER },
  { name: 'tls', takes: 'bool', does: 'refuse', why: TLS },
  { name: 'tlscacert', takes: 'value', does: 'refuse', why: TLS },
  { name: 'tlscert', takes: 'value', does: 'refuse', why: TLS },
  { name: 'tlskey', takes: 'value', does: 'refuse', why: TLS },
  { name: 'tlsverify', takes: 'bool', does: 'refuse', why: TLS },
  { name: 'version', short: 'v', takes: 'bool', does: 'map', help: 'Print the version and stop' },
  { name: 'help', short: 'h', takes: 'bool', does: 'map', help: 'Print this' },
]
