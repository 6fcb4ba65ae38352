import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const cluster = join(import.meta.dirname, '../../../scripts/cluster')

/** Makes a test cluster's environment this process's own: the instance `name`, else the one that the caller chose. */
export function useCluster(name?: string): void {
  // A shell reads them, since they are written for one.
  const script = 'eval "$("$0" env "$@")" && env -0'
  const words = ['-c', script, cluster, ...(name === undefined ? [] : ['--name', name])]
  const variables = execFileSync('bash', words, { encoding: 'utf8' })
  for (const [, variable = '', value = ''] of variables.matchAll(/([^=\0]+)=([^\0]*)\0/g))
    process.env[variable] = value
}
