import { createHash } from 'node:crypto'

/** Names the socket to the `docker` children of a build's kustomize, and to nobody else. */
export const ADDRESS_VARIABLE = 'KRMPOD_BUILD_SOCKET'

export interface Address {
  readonly token: string
  readonly path: string
}

export function formatAddress({ token, path }: Address): string {
  return `${token}:${path}`
}

export function parseAddress(text: string): Address | undefined {
  const [, token, path] = /^([0-9a-f]+):(.+)$/s.exec(text) ?? []
  return token === undefined || path === undefined ? undefined : { token, path }
}

/** Shells and kustomize set these for each process; no run depends on them. */
const OWN = new Set(['_', 'PWD', 'OLDPWD', 'SHLVL', 'KRMPOD_CALLER', ADDRESS_VARIABLE])

/** Equal for processes that would make the same settings, credentials and `-e NAME` of their environments. */
export function environmentDigest(env: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(env).filter(([name, value]) => value !== undefined && !OWN.has(name))
  const sorted = entries.sort(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex')
}
