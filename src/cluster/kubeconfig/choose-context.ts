import { kubeconfigError } from './kubeconfig-error.ts'
import type { Kubeconfig, Located } from './read-kubeconfig.ts'
import type { Cluster, Context, User } from './schema.ts'

/** The three entries that one context is made of. */
export interface Choice {
  readonly context: Named<Context>
  readonly cluster: Named<Cluster>
  /** Absent: nobody in particular. */
  readonly user?: Named<User>
}

export type Named<T> = Located<T> & { readonly name: string }

export function chooseContext(config: Kubeconfig, name: string): Choice {
  const context = find(config.contexts, name)
  if (!context) throw kubeconfigError(`context ${quoted(name)} does not exist in ${places(config)}`)
  const cluster = find(config.clusters, context.cluster)
  const user = find(config.users, context.user)
  if (!cluster) throw missing(context, { kind: 'cluster', name: context.cluster })
  if (!user && context.user !== '') throw missing(context, { kind: 'user', name: context.user })
  return { context, cluster, ...(user && { user }) }
}

/** `a.yaml, b.yaml (contexts: x, y)`. */
export function places({ files, contexts }: Kubeconfig): string {
  const known = contexts.size === 0 ? 'it has none' : `contexts: ${[...contexts.keys()].join(', ')}`
  return files.length === 0 ? 'any kubeconfig' : `${files.join(', ')} (${known})`
}

function find<T>(entries: ReadonlyMap<string, Located<T>>, name: string): Named<T> | undefined {
  const entry = entries.get(name)
  return entry && { ...entry, name }
}

function missing(context: Named<Context>, { kind, name }: { kind: string; name: string }): Error {
  const problem = name === '' ? `names no ${kind}` : `names the ${kind} ${quoted(name)}, which does not exist`
  return kubeconfigError(`context ${quoted(context.name)} in ${context.file} ${problem}`)
}

function quoted(name: string): string {
  return JSON.stringify(name)
}
