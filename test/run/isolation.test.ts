import { describe, expect, test } from 'vitest'
import { ConnectionError } from '../../src/cluster/api-error.ts'
import type { AskedPolicies } from '../../src/cluster/asked-policies.ts'
import { elapsedMs } from '../../src/cluster/elapsed.ts'
import { type Proof, writeProof } from '../../src/isolation/proof.ts'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import type { NewObject } from '../doubles/fake-cluster/kube-object.ts'
import { type FakeCluster, fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { type Outcome, runOn } from '../doubles/run-on.ts'
import { expectFailure, expectResult } from './checks.ts'

type Policy = NewObject & { metadata: { namespace: string } }

const OURS = denyAllPolicy(NAMESPACE) as unknown as Policy
const OPENS: Policy = {
  ...OURS,
  metadata: { name: 'allow-dns', namespace: NAMESPACE },
  spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53 }] }] },
}
const DENIES: Policy = {
  ...OURS,
  metadata: { name: 'default-deny', namespace: NAMESPACE },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
}

const UID = '3f0e0d7e-0000-4000-8000-000000000001'

function probed(proof: Partial<Proof>): Policy {
  const all: Proof = {
    result: 'enforced',
    at: new Date(),
    nodes: ['n'],
    gapMs: 0,
    generation: 0,
    uid: UID,
    ...proof,
  }
  return { ...OURS, metadata: { ...OURS.metadata, uid: UID, annotations: writeProof(all) } }
}

interface Ran {
  readonly outcome: Outcome
  readonly hints: readonly string[]
}

async function ran(cluster: FakeCluster, enforcement: 'require' | 'warn' | 'off'): Promise<Ran> {
  const hints: string[] = []
  const host = { onHint: (text: string): void => void hints.push(text) }
  const outcome = await runOn(cluster, { stdin: 'hello', request: { enforcement }, host })
  return { outcome, hints }
}

const UNPROVEN = /^it is not shown that the function is without a network: /
const BROKEN = /^docker: warning: the function is not without a network: [^\n]+\n$/

describe('network.enforcement', () => {
  test.concurrent.each([
    ['no probe', [OURS]],
    ["an administrator's own policy", [DENIES]],
    ['a probe that could not tell', [probed({ result: 'unknown' })]],
    ['a probe that is too old', [probed({ at: new Date(0) })]],
  ] as const)('warn: %s: docker says nothing, a person is told', async (_what, policies) => {
    await using cluster = await fakeCluster({ policies })
    const { outcome, hints } = await ran(cluster, 'warn')
    expectResult(cluster, outcome, { stdout: 'hello' })
    expect(hints).toEqual([expect.stringMatching(UNPROVEN)])
    expect(cluster.count('create networkpolicies')).toBe(0)
  })

  test.concurrent.each([
    ['a policy that opens', [OURS, OPENS]],
    ['a probe that got through', [probed({ result: 'not enforced' })]],
  ] as const)('warn: %s: every caller is told', async (_what, policies) => {
    await using cluster = await fakeCluster({ policies })
    const { outcome } = await ran(cluster, 'warn')
    expect(outcome.stderr).toMatch(BROKEN)
    expectResult(cluster, outcome, { stdout: 'hello', stderr: outcome.stderr })
  })

  test.concurrent.each(['warn', 'require'] as const)(
    '%s: a probe that holds: not a word',
    async (enforcement) => {
      await using cluster = await fakeCluster({ policies: [probed({})] })
      const { outcome, hints } = await ran(cluster, enforcement)
      expectResult(cluster, outcome, { stdout: 'hello' })
      expect(hints).toEqual([])
    },
  )

  test.concurrent.each([
    ['no policy', []],
    ['no probe', [OURS]],
    ['a policy that opens', [probed({}), OPENS]],
    ['a probe that got through', [probed({ result: 'not enforced' })]],
    ['a probe that could not tell', [probed({ result: 'unknown' })]],
    ['a probe that is too old', [probed({ at: new Date(0) })]],
    ['a probe of the policy as it was', [probed({ generation: 7 })]],
  ] as const)('require: %s: refused before there is a Pod', async (_what, policies) => {
    await using cluster = await fakeCluster({ policies })
    const { outcome } = await ran(cluster, 'require')
    expectFailure(cluster, outcome, 'NETWORK_NOT_ISOLATED')
    expect(outcome.error?.message).toMatch(/^network\.enforcement is require, and /)
    expect(cluster.count('create pods')).toBe(0)
  })

  test.concurrent('off: policies are not looked at', async () => {
    await using cluster = await fakeCluster({ policies: [OPENS] })
    const { outcome, hints } = await ran(cluster, 'off')
    expectResult(cluster, outcome, { stdout: 'hello' })
    expect(hints).toEqual([])
    expect(cluster.actions.filter((action) => action.endsWith('networkpolicies'))).toEqual([])
  })
})

test.each([
  ['a proof that holds', {}],
  ['one that is too old', { at: new Date(0) }],
  ['one of the policy as it was', { generation: 7 }],
] as const)('where a CNI needs a moment, nothing starts before it: %s', async (_what, proof) => {
  await using cluster = await fakeCluster({ policies: [probed({ gapMs: 1_200, ...proof })] })
  const { outcome } = await ran(cluster, 'warn')
  expectResult(cluster, outcome, { stdout: 'hello' })
  const made = cluster.requests.find(({ action }) => action === 'create pods')
  expect(made?.body).toMatchObject({
    spec: {
      initContainers: [
        {
          name: 'network',
          image: 'busybox:musl',
          command: ['sleep', '3'],
          securityContext: { allowPrivilegeEscalation: false },
        },
      ],
    },
  })
})

describe('policies that were asked for ahead', () => {
  const asked = (answer: AskedPolicies['answer'], agoMs = 0): { policies: AskedPolicies } => {
    answer.catch(() => undefined)
    return { policies: { answer, at: elapsedMs() - agoMs } }
  }
  const ours = Promise.resolve([denyAllPolicy(NAMESPACE)])

  test('are not asked for again', async () => {
    await using cluster = await fakeCluster({ policies: [OURS] })
    const outcome = await runOn(cluster, { stdin: 'hello', host: asked(ours) })
    expectResult(cluster, outcome, { stdout: 'hello' })
    expect(cluster.count('list networkpolicies')).toBe(0)
  })

  const action = { verb: 'list', resource: 'networkpolicies' } as const
  const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  const lost = async (): Promise<never> => {
    await Promise.resolve()
    throw new ConnectionError(action, reset)
  }
  test.each<[what: string, () => AskedPolicies['answer'], agoMs: number]>([
    ['their answer got lost', lost, 0],
    ['that was too long ago', () => ours, 2_000],
    ['ours was not there yet', () => Promise.resolve([]), 0],
  ])('are asked for again when %s', async (_what, answer, agoMs) => {
    await using cluster = await fakeCluster({ policies: [OURS] })
    const outcome = await runOn(cluster, { stdin: 'hello', host: asked(answer(), agoMs) })
    expectResult(cluster, outcome, { stdout: 'hello' })
    expect(cluster.count('list networkpolicies')).toBe(1)
    expect(cluster.count('create networkpolicies')).toBe(0)
  })

  test('are asked for again before a second Pod', async () => {
    await using cluster = await fakeCluster({ policies: [OURS], attach: { cutAfterBytes: 2, times: 1 } })
    const outcome = await runOn(cluster, { stdin: 'hello', host: { ...asked(ours), rerun: true } })
    expectResult(cluster, outcome, { stdout: 'hello' })
    expect([cluster.count('create pods'), cluster.count('list networkpolicies')]).toEqual([2, 1])
  })

  test('do not keep a run beyond its deadline', async () => {
    await using cluster = await fakeCluster({ policies: [OURS] })
    const never = new Promise<never>(() => undefined)
    const outcome = await runOn(cluster, { request: { deadlineMs: 300 }, host: asked(never) })
    expectFailure(cluster, outcome, 'DEADLINE')
    expect(cluster.count('create pods')).toBe(0)
  })
})
