import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { parseYaml } from '../../settings/parse-yaml.ts'
import { kubeconfigError, reason } from './kubeconfig-error.ts'
import { type Cluster, type Context, kubeconfigFile, type User } from './schema.ts'

/** All files merged as kubectl merges them. Paths in it are absolute. */
export interface Kubeconfig {
  /** Those that exist. */
  readonly files: readonly string[]
  readonly currentContext: string
  readonly contexts: ReadonlyMap<string, Located<Context>>
  readonly clusters: ReadonlyMap<string, Located<Cluster>>
  readonly users: ReadonlyMap<string, Located<User>>
}

export type Located<T> = T & { readonly file: string }

/** Files that do not exist are left out. */
export async function readKubeconfigs(paths: readonly string[]): Promise<Kubeconfig> {
  const read = await Promise.all(paths.map((path) => readKubeconfig(resolve(path))))
  const found = read.filter((config) => config !== undefined)
  // The first file to name something wins, whole: nothing is mixed in from a later file's entry of that name.
  return {
    files: found.flatMap(({ files }) => files),
    currentContext: found.map(({ currentContext }) => currentContext).find((name) => name !== '') ?? '',
    contexts: firstOf(found.flatMap(({ contexts }) => [...contexts])),
    clusters: firstOf(found.flatMap(({ clusters }) => [...clusters])),
    users: firstOf(found.flatMap(({ users }) => [...users])),
  }
}

/** kubectl's word for a kubeconfig that says nothing: it then looks for a service account. */
export function isEmpty({ contexts, clusters, users, currentContext }: Kubeconfig): boolean {
  return contexts.size + clusters.size + users.size === 0 && currentContext === ''
}

async function readKubeconfig(file: string): Promise<Kubeconfig | undefined> {
  const text = await readText(file)
  if (text === undefined) return undefined
  const yaml = await parseYaml(text)
  if (yaml.kind === 'broken') throw kubeconfigError(`${file}, line ${yaml.line}: ${yaml.problem}`)
  const result = v.safeParse(kubeconfigFile, yaml.value)
  if (!result.success) throw kubeconfigError(`${file}: ${misfit(result.issues[0])}`)
  const { output } = result
  return {
    files: [file],
    currentContext: output['current-context'],
    contexts: firstOf(output.contexts.map(({ name, context }) => [name, { ...context, file }])),
    clusters: firstOf(
      output.clusters.map(({ name, cluster }) => [name, { ...withPaths(cluster, file), file }]),
    ),
    users: firstOf(output.users.map(({ name, user }) => [name, { ...withUserPaths(user, file), file }])),
  }
}

// The value itself stays out of the message: it may be a token.
function misfit(issue: v.BaseIssue<unknown>): string {
  const place = v.getDotPath(issue) ?? 'the whole file'
  const got = Array.isArray(issue.input) ? 'a list' : typeof issue.input
  return `${place}: expected ${issue.expected ?? 'something else'}, got ${got}`
}

/** At once, but for what is no plain file: nobody knows how long `KUBECONFIG=<(…)` takes. */
async function readText(file: string): Promise<string | undefined> {
  try {
    if (statSync(file).isFile()) return readFileSync(file, 'utf8')
    const { readFile } = await import('node:fs/promises')
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw kubeconfigError(`${file} cannot be read: ${reason(error)}`, { cause: error })
  }
}

function withPaths(cluster: Cluster, file: string): Cluster {
  return { ...cluster, 'certificate-authority': absolute(cluster['certificate-authority'], file) }
}

function withUserPaths(user: User, file: string): User {
  const { exec } = user
  return {
    ...user,
    tokenFile: absolute(user.tokenFile, file),
    'client-certificate': absolute(user['client-certificate'], file),
    'client-key': absolute(user['client-key'], file),
    // A command without a slash is looked for in PATH.
    ...(exec?.command.includes('/') && { exec: { ...exec, command: absolute(exec.command, file) } }),
  }
}

function absolute(path: string, file: string): string {
  return path === '' ? '' : resolve(dirname(file), path)
}

/** Of entries with the same name, the first one. */
function firstOf<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const first = new Map<string, T>()
  for (const [name, entry] of entries) if (!first.has(name)) first.set(name, entry)
  return first
}
