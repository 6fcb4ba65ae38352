import { describe, expect, test } from 'vitest'
import { type Deed, forbid, refuse } from '../doubles/fake-cluster/intervention.ts'
import { fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

const QUOTA = refuse(
  403,
  'Forbidden',
  'pods "krmpod-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=5, limited: pods=5',
)
const TROUBLE: readonly [string, Deed][] = [
  ['429 with Retry-After', refuse(429, 'TooManyRequests', 'the server has received too many requests')],
  ['500', refuse(500, 'InternalError', 'etcdserver: request timed out')],
  ['503', refuse(503, 'ServiceUnavailable', 'apiserver is shutting down')],
  ['a connection that is reset before', { kind: 'reset' }],
  ['a connection that is reset after it was done', { kind: 'resetAfter' }],
]

describe('trouble that may pass is waited for', () => {
  test.concurrent.each(TROUBLE)('creating the Pod: %s', async (_what, does) => {
    await using cluster = await fakeCluster({ requests: [{ on: 'create pods', times: 1, does }] })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
  })

  test.concurrent.each(TROUBLE)('listing and creating the network policy: %s', async (_what, does) => {
    const requests = ['list networkpolicies', 'create networkpolicies'].map((on) => ({ on, times: 1, does }))
    await using cluster = await fakeCluster({ requests })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
    expect(cluster.objects('networkpolicies')).toHaveLength(1)
  })

  test.concurrent.each(TROUBLE)('creating the Secret: %s', async (_what, does) => {
    await using cluster = await fakeCluster({ requests: [{ on: 'create secrets', times: 1, does }] })
    const outcome = await runOn(cluster, {
      argv: ['-i', '-e', 'TOKEN', IMAGE],
      env: { TOKEN: 's3cret' },
      stdin: 'hello',
    })
    expectResult(cluster, outcome, { stdout: 'hello' })
  })

  test.concurrent.each([
    ['a full quota', QUOTA],
    [
      'two requests that update one quota',
      refuse(409, 'Conflict', 'Operation cannot be fulfilled on resourcequotas "small"'),
    ],
    [
      'a namespace whose service account is not there yet',
      refuse(
        403,
        'Forbidden',
        'error looking up service account default/default: serviceaccount "default" not found',
      ),
    ],
  ])('creating the Pod: %s, twice', async (_what, does) => {
    await using cluster = await fakeCluster({ requests: [{ on: 'create pods', times: 2, does }] })
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
    expect(cluster.count('create pods')).toBe(3)
  })

  test.concurrent('a Retry-After is never undercut', async () => {
    const requests = [{ on: 'create pods', times: 1, does: refuse(429, 'TooManyRequests', 'slow down') }]
    await using cluster = await fakeCluster({ requests })
    const start = performance.now()
    expectResult(cluster, await runOn(cluster, { stdin: 'hello' }), { stdout: 'hello' })
    expect(performance.now() - start).toBeGreaterThan(1000)
  })

  test.concurrent('until the deadline, which names what was waited for', async () => {
    await using cluster = await fakeCluster({ requests: [{ on: 'create pods', does: QUOTA }] })
    const outcome = await runOn(cluster, { stdin: 'hello', request: { deadlineMs: 700 } })
    expectFailure(cluster, outcome, 'DEADLINE')
    expect(outcome.error?.message).toMatch(/creating the Pod \(.*exceeded quota/)
    expect(cluster.count('create pods')).toBeGreaterThan(1)
  })
})

describe('what can never succeed is final, at once', () => {
  test.concurrent.each([
    ['no right to create Pods', forbid('create pods'), 'FORBIDDEN'],
    ['no right to watch Pods', forbid('watch pods'), 'FORBIDDEN'],
    ['no right to list policies', forbid('list networkpolicies'), 'FORBIDDEN'],
    ['no right to make a missing policy', forbid('create networkpolicies'), 'NETWORK_POLICY_MISSING'],
    [
      'credentials that nobody accepts',
      { on: 'create pods', does: refuse(401, 'Unauthorized', 'Unauthorized') },
      'UNAUTHORIZED',
    ],
    [
      'Pod Security',
      {
        on: 'create pods',
        does: refuse(403, 'Forbidden', 'pods "x" is forbidden: violates PodSecurity "restricted:latest"'),
      },
      'FORBIDDEN',
    ],
    [
      'an invalid Pod',
      { on: 'create pods', does: refuse(422, 'Invalid', 'Pod "x" is invalid: spec.hostname') },
      'API_REJECTED',
    ],
    [
      'a Pod of that name that is not ours',
      { on: 'create pods', does: refuse(409, 'AlreadyExists', 'pods "x" already exists') },
      'API_REJECTED',
    ],
  ] as const)('%s', async (_what, intervention, code) => {
    await using cluster = await fakeCluster({ requests: [intervention] })
    expectFailure(cluster, await runOn(cluster, { stdin: 'hello' }), code)
    expect(cluster.count('get pods/attach')).toBe(0)
  })

  test.concurrent('a refused Secret: the Pod goes, too', async () => {
    await using cluster = await fakeCluster({ requests: [forbid('create secrets')] })
    const outcome = await runOn(cluster, { argv: ['-i', '-e', 'TOKEN', IMAGE], env: { TOKEN: 's3cret' } })
    expectFailure(cluster, outcome, 'FORBIDDEN')
    expect(outcome.error?.message).toContain('not allowed to create secrets')
    expect(JSON.stringify(outcome)).not.toContain('s3cret')
  })

  test.concurrent.each(['none', 'host'])('a namespace that does not exist, --network %s', async (network) => {
    await using cluster = await fakeCluster()
    const argv = ['-i', '--network', network, IMAGE]
    const outcome = await runOn(cluster, { argv, host: { namespace: 'nowhere' } })
    expectFailure(cluster, outcome, 'NAMESPACE_NOT_FOUND')
    expect(outcome.error?.message).toContain('nowhere')
    expect(NAMESPACE).not.toBe('nowhere')
  })
})

describe.each(['none', 'host'])('an API server that is not there, --network %s', (network) => {
  test.concurrent('is waited for until the deadline, and then the run ends', async () => {
    await using cluster = await fakeCluster({
      requests: [
        { on: 'watch pods', does: { kind: 'reset' } },
        { on: 'list networkpolicies', does: { kind: 'reset' } },
      ],
    })
    const outcome = await runOn(cluster, {
      argv: ['-i', '--network', network, IMAGE],
      request: { deadlineMs: 400 },
    })
    expectFailure(cluster, outcome, 'DEADLINE')
  })

  test.concurrent('and one that never answers, too', async () => {
    await using cluster = await fakeCluster({ requests: [{ on: 'watch pods', does: { kind: 'hang' } }] })
    const outcome = await runOn(cluster, {
      argv: ['-i', '--network', network, IMAGE],
      request: { deadlineMs: 400 },
    })
    expectFailure(cluster, outcome, 'DEADLINE')
  })
})
