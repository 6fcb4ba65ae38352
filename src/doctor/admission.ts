import { ApiError } from '../cluster/api-error.ts'
import { createPod } from '../cluster/pods.ts'
import type { Pod, PodSpec } from '../kube/types.ts'
import { isTransient } from '../session/api-failure.ts'
import { type Finding, failed, ok, warning } from './finding.ts'
import { ANY_FUNCTION, type Patient } from './patient.ts'

/** What becomes of krmpod's Pod on its way through admission: Pod Security, quotas, webhooks. Nothing is created. */
export async function checkAdmission(patient: Patient): Promise<Finding> {
  const { pod } = await planned(patient)
  const problem = await refusal(patient, pod)
  if (problem === undefined) return ok('the Pod of a function is accepted')
  return failed(
    `the Pod of a function is refused: ${problem}`,
    'See docs/settings.md for what can be changed of it.',
  )
}

/** What a Pod could get at that nobody should: whether it is kept from it. */
const FOREIGN: readonly { readonly what: string; readonly change: (spec: PodSpec) => PodSpec }[] = [
  {
    what: 'a foreign Secret',
    change: (spec) => ({
      ...spec,
      volumes: [{ name: 'foreign', secret: { secretName: 'foreign', optional: true } }],
    }),
  },
  {
    what: 'a foreign ConfigMap',
    change: (spec) => ({
      ...spec,
      volumes: [{ name: 'foreign', configMap: { name: 'foreign', optional: true } }],
    }),
  },
  { what: "a service account's token", change: (spec) => ({ ...spec, automountServiceAccountToken: true }) },
  { what: 'a node of its choice', change: (spec) => ({ ...spec, nodeName: 'krmpod-doctor' }) },
  {
    what: 'a folder of its node',
    change: (spec) => ({ ...spec, volumes: [{ name: 'host', hostPath: { path: '/' } }] }),
  },
]

/** Whoever may create Pods reaches all that is in the namespace, unless something holds Pods to krmpod's shape. */
export async function checkConfinement(patient: Patient): Promise<Finding> {
  const { pod } = await planned(patient)
  const taken: string[] = []
  for (const { what, change } of FOREIGN) {
    const problem = await refusal(patient, { ...pod, ...(pod.spec && { spec: change(pod.spec) }) })
    if (problem === undefined) taken.push(what)
  }
  if (taken.length === 0) return ok("Pods that are not of krmpod's shape are refused")
  return warning(
    `whoever may create Pods here can give one ${taken.join(', ')}`,
    '`krmpod install rbac` prints an admission policy that refuses such Pods.',
  )
}

async function planned(patient: Patient): Promise<{ pod: Pod }> {
  return patient.plan(patient.request(ANY_FUNCTION))
}

/** In the words of the API server; undefined: it takes the Pod. */
async function refusal({ api }: Patient, pod: Pod): Promise<string | undefined> {
  try {
    await createPod(api, pod, { dryRun: true })
    return undefined
  } catch (error) {
    // A full quota says nothing of the Pod's shape.
    if (error instanceof ApiError && !isTransient(error)) return error.message
    throw error
  }
}
