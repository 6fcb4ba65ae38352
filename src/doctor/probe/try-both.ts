import type { RunRequest } from '../../request/run-request.ts'
import type { Patient, Wish } from '../patient.ts'
import type { Node } from './destinations.ts'
import { type Dial, parseDials, type Trial } from './outcome.ts'
import { runHere } from './run-here.ts'
import { type Destination, dialling } from './script.ts'

/** Two Pods on one node that dial the same, at the same time: one that must not get through, and one that must. */
export async function tryBoth(
  patient: Patient,
  { node, destinations }: { readonly node: Node; readonly destinations: readonly Destination[] },
): Promise<Trial> {
  const command = dialling(destinations)
  const none = dialsOf(patient, { network: 'none', command, node })
  const open = dialsOf(patient, { network: 'bridge', command, node })
  // Neither is left behind when the other fails.
  await Promise.allSettled([none, open])
  return {
    node: node.name,
    destinations: destinations.map(({ name }) => name),
    without: await none,
    control: await open,
  }
}

async function dialsOf(patient: Patient, { node, ...wish }: Wish & { node: Node }): Promise<readonly Dial[]> {
  const request: RunRequest = {
    ...patient.request(wish),
    // The container's own process dials: what exec starts comes later.
    lane: 'attach',
    // As if nothing were known of the policy: a Pod must not wait for a gap that is to be measured.
    enforcement: 'off',
  }
  const here = { 'kubernetes.io/hostname': node.hostname }
  const pinned = { ...request, nodeSelector: { ...request.nodeSelector, ...here } }
  const { exitCode, stdout } = await runHere(patient, pinned)
  if (exitCode === 0) return parseDials(stdout)
  throw new Error(`the Pod that dials ended with ${exitCode}`)
}
