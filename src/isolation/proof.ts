import { ANNOTATIONS } from '../kube/labels.ts'
import type { NetworkPolicy } from '../kube/types.ts'

/** What `krmpod doctor --probe` has found out about a policy of ours, kept on the policy itself. */
export interface Proof {
  /** `unknown`: what should have been reached was not, either, so that nothing was shown. */
  readonly result: 'enforced' | 'not enforced' | 'unknown'
  readonly at: Date
  readonly nodes: readonly string[]
  /** By the API groups that the server knows; for people. */
  readonly cni?: string
  /** So long after its start a container may still have had the network. */
  readonly gapMs: number
  /** Of the policy that was probed: a change of its spec makes another one of it, and so does a copy elsewhere. */
  readonly generation: number
  readonly uid: string
}

const RESULTS: readonly string[] = ['enforced', 'not enforced', 'unknown'] satisfies Proof['result'][]

export function writeProof(proof: Proof): Readonly<Record<string, string>> {
  return { [ANNOTATIONS.enforcement]: JSON.stringify(proof) }
}

/** Undefined when there is none, or none that we can read. */
export function readProof({ metadata }: NetworkPolicy): Proof | undefined {
  const text = metadata?.annotations?.[ANNOTATIONS.enforcement]
  if (text === undefined) return undefined
  const proof = parsed(text)
  if (!isRecord(proof)) return undefined
  const { result, at, nodes, cni, gapMs, generation, uid } = proof
  const time = new Date(typeof at === 'string' ? at : Number.NaN)
  if (typeof result !== 'string' || !RESULTS.includes(result) || Number.isNaN(time.getTime()))
    return undefined
  if (!isCount(gapMs) || !isCount(generation) || typeof uid !== 'string' || !Array.isArray(nodes))
    return undefined
  return {
    result: result as Proof['result'],
    at: time,
    nodes: nodes.map(String),
    ...(typeof cni === 'string' && { cni }),
    gapMs,
    generation,
    uid,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
