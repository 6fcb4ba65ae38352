import { describe, expect, test } from 'vitest'
import { gapMsOf, judge } from '../../src/isolation/judge.ts'
import { type Proof, readProof, writeProof } from '../../src/isolation/proof.ts'
import type { NetworkPolicy } from '../../src/kube/types.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const DAY_MS = 24 * 3_600_000
const PROOF: Proof = {
  result: 'enforced',
  at: new Date('2026-11-20T12:00:00Z'),
  nodes: ['one', 'two'],
  cni: 'Calico',
  gapMs: 0,
  generation: 1,
  uid: 'u',
}

function ours(annotations: Readonly<Record<string, string>> | undefined): NetworkPolicy {
  return {
    metadata: { name: 'krmpod-network-none', uid: 'u', generation: 1, ...(annotations && { annotations }) },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  }
}

function judged(proof: Partial<Proof> | undefined, others: readonly NetworkPolicy[] = []): unknown {
  const policy = ours(proof && writeProof({ ...PROOF, ...proof }))
  return judge({ policies: [policy, ...others], ours: policy, labels: {}, now: NOW, maxAgeMs: 7 * DAY_MS })
}

describe('what is known of the isolation of a Pod', () => {
  test.each([
    ['a proof', {}, { kind: 'proven' }],
    [
      'no proof',
      undefined,
      { kind: 'unproven', why: expect.stringMatching(/^nobody has tried it/) as string },
    ],
    [
      'a proof of another version of the policy',
      { generation: 2 },
      { kind: 'unproven', why: expect.stringMatching(/^the policy is not the one of/) as string },
    ],
    [
      'a proof of another policy, as after a restore into another cluster',
      { uid: 'other' },
      { kind: 'unproven', why: expect.stringMatching(/^the policy is not the one of/) as string },
    ],
    [
      'a proof that is too old',
      { at: new Date(NOW.getTime() - 8 * DAY_MS) },
      { kind: 'unproven', why: expect.stringMatching(/is older than network.proofMaxAge$/) as string },
    ],
    [
      'a proof from far in the future',
      { at: new Date(NOW.getTime() + 8 * DAY_MS) },
      { kind: 'unproven', why: expect.stringMatching(/is older than/) as string },
    ],
    [
      'a probe that could not tell',
      { result: 'unknown' as const },
      { kind: 'unproven', why: expect.stringMatching(/could not tell$/) as string },
    ],
    [
      'a probe that got through, however long ago',
      { result: 'not enforced' as const, at: new Date(0) },
      {
        kind: 'broken',
        why: expect.stringMatching(
          /^Calico does not enforce policies \(krmpod doctor --probe of 1970/,
        ) as string,
      },
    ],
  ])('%s', (_what, proof, expected) => {
    expect(judged(proof)).toEqual(expected)
  })

  test('a policy that opens counts more than a proof', () => {
    const dns = { metadata: { name: 'allow-dns' }, spec: { podSelector: {}, egress: [{}] } }
    expect(judged({}, [dns])).toEqual({
      kind: 'broken',
      why: 'NetworkPolicy allow-dns of the namespace opens it to the function, too',
    })
  })
})

test('a gap that was measured is heeded, whatever else has become of the proof', () => {
  expect(gapMsOf(ours(writeProof({ ...PROOF, gapMs: 400, at: new Date(0), generation: 7 })))).toBe(400)
  expect(gapMsOf(ours(undefined))).toBe(0)
})

describe('the proof on the policy', () => {
  test('is read as it was written', () => {
    expect(readProof(ours(writeProof(PROOF)))).toEqual(PROOF)
  })

  test.each([
    ['no JSON', 'enforced'],
    ['null', 'null'],
    ['another result', { ...PROOF, result: 'yes' }],
    ['no time', { ...PROOF, at: 'yesterday' }],
    ['no policy', { ...PROOF, uid: undefined }],
    ['no generation', { ...PROOF, generation: undefined }],
    ['a gap below zero', { ...PROOF, gapMs: -1 }],
    ['no nodes', { ...PROOF, nodes: 'all' }],
  ])('is none with %s', (_what, value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    expect(readProof(ours({ 'krmpod.dev/enforcement': text }))).toBeUndefined()
  })
})
