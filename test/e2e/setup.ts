import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { useCluster } from './support/environment.ts'

/**
 * The end-to-end tests need a build and a cluster; `npm test` makes both, and so does this when called alone.
 * KRMPOD_CLUSTER_NAME chooses the cluster.
 */
export default function setup(): void {
  if (!existsSync(join(import.meta.dirname, '../../dist/start.cjs')))
    throw new Error('no build: run `npm run build` (or `npm test`) first')
  useCluster()
}
