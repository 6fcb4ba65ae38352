import { collectGarbage } from '../../gc/collect-garbage.ts'
import { gcReport } from '../../gc/report.ts'
import { explainFor } from '../../run/explain-for.ts'
import { openCluster } from '../cluster.ts'
import { homeDirectory } from '../home-directory.ts'
import { loadSettings } from '../load-settings.ts'
import { print } from '../print.ts'

interface GcFlags {
  readonly namespace?: string | undefined
  readonly context?: string | undefined
  readonly allNamespaces?: boolean | undefined
  readonly dryRun?: boolean | undefined
}

/** `krmpod gc`: 0 when all is removed that could be, 1 when a Pod could not be deleted. */
export async function gc({
  namespace,
  context,
  allNamespaces = false,
  dryRun = false,
}: GcFlags): Promise<number> {
  const flags = { ...(namespace !== undefined && { namespace }), ...(context !== undefined && { context }) }
  const settings = await loadSettings({ flags, env: process.env, home: homeDirectory() })
  const cluster = await openCluster(settings)
  const { api } = cluster
  const where = allNamespaces ? undefined : cluster.namespace
  const result = await collectGarbage({ api, namespace: where, dryRun }).catch((error: unknown) => {
    throw explainFor(cluster)(error)
  })
  const { stdout, stderr } = gcReport(result)
  process.stderr.write(stderr)
  await print(stdout)
  return stderr === '' ? 0 : 1
}
