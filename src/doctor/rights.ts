import { isAllowed } from '../cluster/review.ts'
import { ABILITIES, type Ability } from '../rights/abilities.ts'
import { type Finding, failed, ok, warning } from './finding.ts'
import type { Patient } from './patient.ts'

const INSTALL = '`krmpod install rbac` prints the Roles.'

/** One finding for each ability. */
export async function checkRights(patient: Patient): Promise<readonly Finding[]> {
  if (await isAdministrator(patient))
    return [ok('this caller may do everything: what others may do, they have to ask themselves')]
  const wantsLogin = patient.settings.images.pullSecretFrom === 'dockerConfig'
  const needed = ABILITIES.filter(({ isOptIn }) => !isOptIn || wantsLogin)
  const found = await Promise.all(needed.map((ability) => checkAbility(patient, ability)))
  return [...found, ...(await checkPowers(patient))]
}

async function checkAbility({ api, namespace }: Patient, ability: Ability): Promise<Finding> {
  const asked = ability.rights.flatMap(({ apiGroup, resource, verbs }) =>
    verbs.map((verb) => ({ namespace, apiGroup, resource, verb })),
  )
  const answers = await Promise.all(asked.map((wish) => isAllowed(api, wish)))
  const missing = asked
    .filter((_wish, index) => !answers[index])
    .map(({ verb, resource }) => `${verb} ${resource}`)
  if (missing.length === 0) return ok(ability.purpose)
  const says = `${ability.purpose}: ${ability.without}, without ${missing.join(', ')}`
  return ability.isRequired ? failed(says, INSTALL) : warning(says, INSTALL)
}

/** What a run does not need, and what it could be misused for. */
const TOO_MUCH = [
  {
    apiGroup: 'networking.k8s.io',
    resource: 'networkpolicies',
    verb: 'patch',
    why: 'could say of a policy that it is enforced',
  },
  {
    apiGroup: 'networking.k8s.io',
    resource: 'networkpolicies',
    verb: 'create',
    why: 'could open the network to functions',
  },
  {
    apiGroup: 'networking.k8s.io',
    resource: 'networkpolicies',
    verb: 'update',
    why: 'could say of a policy that it is enforced',
  },
  {
    apiGroup: 'networking.k8s.io',
    resource: 'networkpolicies',
    verb: 'delete',
    why: 'could open the network to functions',
  },
  {
    apiGroup: '',
    resource: 'serviceaccounts/token',
    verb: 'create',
    why: 'could be any service account of the namespace',
  },
  { apiGroup: '', resource: 'secrets', verb: 'get', why: 'could read any Secret whose name is known' },
  { apiGroup: '', resource: 'secrets', verb: 'list', why: 'could read every Secret of the namespace' },
  {
    apiGroup: '',
    resource: 'pods/ephemeralcontainers',
    verb: 'patch',
    why: 'could get into functions of others',
  },
] as const

async function checkPowers({ api, namespace }: Patient): Promise<readonly Finding[]> {
  const answers = await Promise.all(
    TOO_MUCH.map(async ({ apiGroup, resource, verb, why }) => ({
      has: await isAllowed(api, { namespace, apiGroup, resource, verb }),
      says: `may ${verb} ${resource}: whoever calls krmpod here ${why}`,
    })),
  )
  return answers
    .filter(({ has }) => has)
    .map(({ says }) => warning(says, 'krmpod never needs it: take it away.'))
}

function isAdministrator({ api }: Patient): Promise<boolean> {
  return isAllowed(api, { apiGroup: '*', resource: '*', verb: '*' })
}
