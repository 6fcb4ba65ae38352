import { ApiError } from '../../cluster/api-error.ts'
import { annotatePolicy } from '../../cluster/network-policies.ts'
import { gapMsOf } from '../../isolation/judge.ts'
import { type Proof, writeProof } from '../../isolation/proof.ts'
import type { NetworkPolicy } from '../../kube/types.ts'
import { type Finding, failed, ok, warning } from '../finding.ts'
import { policyToProbe } from '../network.ts'
import { ANY_FUNCTION, type Patient } from '../patient.ts'
import { cniOf } from './cni.ts'
import {
  apiGroups,
  clusterDnsOf,
  decidingNames,
  destinationsOf,
  listNodes,
  type Node,
  podDestinations,
} from './destinations.ts'
import { startListener } from './listener.ts'
import { conclude, type Outcome } from './outcome.ts'
import type { Destination } from './script.ts'
import { tableOf } from './table.ts'
import { tryBoth } from './try-both.ts'

/** So many nodes are tried, one after another; 20 s each. */
const MOST_NODES = 10

/** Tries whether Pods under `--network none` are without a network, and writes it on the policy for runs to read. */
export async function probe(patient: Patient, beyond: readonly Destination[]): Promise<readonly Finding[]> {
  const policy = await policyToProbe(patient)
  const outcome = await tryOut(patient, beyond).catch(asFinding)
  patient.interrupted.throwIfAborted()
  if ('verdict' in outcome) return [outcome]
  const cni = cniOf(await apiGroups(patient.api))
  const proof: Proof = {
    result: outcome.result,
    at: patient.now(),
    nodes: [...new Set(outcome.reached.map(({ node }) => node))],
    ...(cni !== undefined && { cni }),
    // What could not be tried now is as it was.
    gapMs: outcome.result === 'unknown' ? gapMsOf(policy) : outcome.gapMs,
    generation: policy.metadata?.generation ?? 0,
    uid: policy.metadata?.uid ?? '',
  }
  return [findingOf(outcome, proof), ...nodeFindings(outcome), ...(await record(patient, { policy, proof }))]
}

async function tryOut(patient: Patient, beyond: readonly Destination[]): Promise<Outcome> {
  const { api } = patient
  await using listener = await startListener(patient)
  const [nodes, clusterDns] = await Promise.all([
    listNodes(api, patient.request(ANY_FUNCTION)),
    clusterDnsOf(api),
  ])
  const pods = podDestinations(listener.addresses, listener.port)
  const here: Node = { ...listener.node, hostname: listener.node.name }
  const trials = []
  for (const node of nodes.length > 0 ? nodes.slice(0, MOST_NODES) : [here]) {
    const destinations = destinationsOf({ pods, nodeAddress: node.address, clusterDns, beyond })
    trials.push(await tryBoth(patient, { node, destinations }))
  }
  return conclude(trials, decidingNames({ pods, beyond }))
}

/** Pods that do not start, or do not end: the cluster is not fit to run functions, either. */
function asFinding(error: unknown): Finding {
  const { message } = error instanceof Error ? error : new Error(String(error))
  return failed(`it could not be tried: ${message}`, 'Try a function first: krmpod run.')
}

function findingOf(outcome: Outcome, { nodes, cni = 'the CNI' }: Proof): Finding {
  const where = `${nodes.length === 1 ? 'node' : 'nodes'} ${nodes.join(', ')}`
  const details = tableOf(outcome.reached)
  switch (outcome.result) {
    case 'enforced':
      return ok(
        outcome.gapMs === 0
          ? `${cni} enforces the policy from the first moment of a container, on ${where}`
          : `${cni} enforces the policy ${outcome.gapMs} ms after the start of a container, on ${where}: krmpod waits for that`,
        details,
      )
    case 'not enforced':
      return {
        ...failed(
          `the policy is not enforced, on ${where}: a function under --network none has a network`,
          NO_CNI,
        ),
        details,
      }
    case 'unknown':
      return {
        ...failed(`cannot tell, on ${where}: a Pod that may reach everything did not, either`, BLIND),
        details,
      }
  }
}

const NO_CNI = 'Use a CNI that enforces NetworkPolicy, such as Calico or Cilium.'
const BLIND = 'Look whether another policy of the namespace selects all Pods, and whether the CNI is well.'

/** What of a node was reached: not a matter of the policy with many a CNI, and good to know. */
function nodeFindings({ reached }: Outcome): readonly Finding[] {
  return reached
    .filter(({ decides, without }) => !decides && without.includes(true))
    .map(({ destination, node }) =>
      warning(
        `a function under --network none reaches ${destination} (${node})`,
        'Policies of namespaces do not cover it with this CNI: see its own policies for hosts.',
      ),
    )
}

async function record(
  { api, namespace }: Patient,
  { policy, proof }: { readonly policy: NetworkPolicy; readonly proof: Proof },
): Promise<readonly Finding[]> {
  const name = policy.metadata?.name ?? ''
  try {
    await annotatePolicy(api, { namespace, name, uid: proof.uid }, writeProof(proof))
    return [ok(`runs will read it on NetworkPolicy ${name}`)]
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error
    return [
      warning(
        `it cannot be written on NetworkPolicy ${name}: ${error.message}`,
        'Let an administrator probe.',
      ),
    ]
  }
}
