import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { RunRequest } from '../../request/run-request.ts'
import { run } from '../../run/run.ts'
import { Trace } from '../../session/trace.ts'
import type { Patient, Wish } from '../patient.ts'
import type { Node } from './destinations.ts'
import { type Dial, parseDials, type Trial } from './outcome.ts'
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
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const said = Promise.all([text(stdout), text(stderr)])
  const start = performance.now()
  const ended = await run(
    { ...request, nodeSelector: { ...request.nodeSelector, ...here } },
    {
      ...patient.host,
      stdin: Readable.from([]),
      stdout,
      stderr,
      trace: new Trace(() => performance.now() - start),
      interrupted: patient.interrupted,
    },
  ).finally(() => {
    stdout.end()
    stderr.end()
  })
  const [report, complaint] = await said
  if (ended.exitCode === 0) return parseDials(report)
  throw new Error(`the Pod that dials ended with ${ended.exitCode}: ${complaint.trim()}`)
}
