import { createPolicy, listPolicies } from '../cluster/network-policies.ts'
import { isAllowed } from '../cluster/review.ts'
import { gapMsOf, judge } from '../isolation/judge.ts'
import { closingOf } from '../isolation/policies.ts'
import type { NetworkPolicy } from '../kube/types.ts'
import { type Finding, failed, ok, warning } from './finding.ts'
import { ANY_FUNCTION, type Patient } from './patient.ts'

const PROBE = '`krmpod doctor --probe`, by somebody who may change the policy, shows it.'

/** What a run with `--network none` would find: the policies of the namespace, and what a probe has shown of them. */
export async function checkNetwork(patient: Patient): Promise<Finding> {
  const { api, namespace, settings, now } = patient
  const plan = await patient.plan(patient.request(ANY_FUNCTION))
  if (!plan.isolation) return warning('network.enforcement is off: nobody looks', 'Leave it at `warn`.')
  const { policy } = plan.isolation
  const labels = plan.pod.metadata.labels ?? {}
  const policies = await listPolicies(api, namespace, {})
  const ours = closingOf(policies, { labels, name: policy.metadata.name })
  if (!ours) return missing(patient, policy.metadata.name)
  const judged = judge({ policies, ours, labels, now: now(), maxAgeMs: settings.network.proofMaxAgeMs })
  if (judged.kind === 'proven') return ok(`--network none is none${gapWords(gapMsOf(ours))}`)
  if (judged.kind === 'broken') return failed(`--network none is not none: ${judged.why}`, OPENED)
  const says = `--network none: ${judged.why}`
  return settings.network.enforcement === 'require' ? failed(says, PROBE) : warning(says, PROBE)
}

async function missing({ api, namespace }: Patient, name: string): Promise<Finding> {
  const wish = { namespace, apiGroup: 'networking.k8s.io', resource: 'networkpolicies', verb: 'create' }
  const says = `there is no NetworkPolicy ${name} that keeps functions off the network`
  return (await isAllowed(api, wish))
    ? warning(`${says}: the first run of this caller makes it`, INSTALL)
    : failed(says, INSTALL)
}

const INSTALL = '`krmpod install rbac` prints it.'

const OPENED =
  'Take that policy away, have the CNI enforce policies, or let functions run in a namespace of their own.'

function gapWords(gapMs: number): string {
  return gapMs > 0 ? `, from ${gapMs} ms after the start of a container on: krmpod waits for that` : ''
}

/** The policy that a probe tries: made, where it is missing. */
export async function policyToProbe(patient: Patient): Promise<NetworkPolicy> {
  const { api, namespace } = patient
  const plan = await patient.plan({ ...patient.request(ANY_FUNCTION), enforcement: 'warn' })
  if (!plan.isolation) throw new Error('a plan without a network has no isolation')
  const { policy } = plan.isolation
  const labels = plan.pod.metadata.labels ?? {}
  const present = closingOf(await listPolicies(api, namespace, {}), { labels, name: policy.metadata.name })
  return present ?? createPolicy(api, policy, {})
}
