import { userInfo } from 'node:os'
import { type BuildFlags, readBuildFlags } from './build-flags.ts'
import { dockerWords } from './docker-words.ts'
import type { StorageMount } from './function-spec.ts'
import { type FoundFunction, readTree } from './read-tree.ts'
import { loadYaml } from './read-yaml.ts'

/**
 * The words of every `docker` that `kustomize build` with these words will call, as far as they can be known, in that
 * order. Wrong ones cost a Pod that nobody uses; missing ones are slower.
 */
export async function predict(words: readonly string[]): Promise<readonly (readonly string[])[]> {
  const flags = readBuildFlags(words)
  if (!flags) return []
  const functions = await readTree(flags.folder, await loadYaml())
  const { uid, gid } = userInfo()
  const mayMount = !changesFiles(flags, functions)
  const calls = functions
    .filter((found) => mayMount || mountsOf(found, flags).length === 0)
    .map(({ spec, root }) => dockerWords(spec, { root, flags, user: `${uid}:${gid}` }))
  return calls.filter((call) => call !== undefined)
}

/** What a function finds in its mounts may then be another's work: files cannot be sent before their time. */
function changesFiles(flags: BuildFlags, functions: readonly FoundFunction[]): boolean {
  return flags.runsPrograms || functions.some((found) => mountsOf(found, flags).some(({ rw }) => rw))
}

function mountsOf({ spec }: FoundFunction, flags: BuildFlags): readonly StorageMount[] {
  return [...spec.mounts, ...flags.mounts]
}
