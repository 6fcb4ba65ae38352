import { homedir } from 'node:os'
import { describe } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { loadCredentials } from '../../src/cluster/load-credentials.ts'
import { mergeSettings } from '../../src/settings/merge-settings.ts'
import { contract } from '../contract/contract.ts'
import type { Setting } from '../contract/setting.ts'
import { eventually, fixture, kubectl, testNamespace } from './support/cluster.ts'
import { administrator } from './support/restricted.ts'
import { nodesAnswer } from './support/server.ts'

async function open(): Promise<Setting & AsyncDisposable> {
  const space = await testNamespace({}, { bare: true })
  const env = { ...process.env, KUBECONFIG: administrator() }
  const api = new ApiClient(await loadCredentials({ settings: mergeSettings({ env }), env, home: homedir() }))
  // Without its service account a new namespace takes no Pods.
  const accounts = ['get', 'serviceaccounts', '-n', space.name, '-o', 'name']
  await eventually(
    () => kubectl(accounts),
    (names) => names.includes('default'),
    30_000,
  )
  return {
    api,
    namespace: space.name,
    image: fixture('probe'),
    [Symbol.asyncDispose]: async () => {
      api.close()
      await space[Symbol.asyncDispose]()
    },
  }
}

// The fake's own variants of older servers are held to what was read and measured of those.
describe.skipIf(!(await nodesAnswer()))('a real API server', () => contract(open))
