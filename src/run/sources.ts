import type { Sources } from '../mounts/sources.ts'
import type { RunRequest } from '../request/run-request.ts'

/** The files of the request's bind mounts; undefined without any. Loaded only when it is needed: most runs have none. */
export async function sourcesOf({ mounts, mountRules }: RunRequest): Promise<Sources | undefined> {
  if (!mounts.some(({ kind }) => kind === 'bind')) return undefined
  const { readSources } = await import('../mounts/sources.ts')
  return readSources(mounts, mountRules)
}
