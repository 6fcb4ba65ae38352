import { read } from '../cluster/review.ts'
import { type Finding, ok, warning } from './finding.ts'
import type { Patient } from './patient.ts'

const OLDEST = 30
const NUDGE = 36

/** The one check that fails the whole examination when there is no answer: nothing else could be asked. */
export async function checkServer({ api }: Patient): Promise<Finding> {
  const { gitVersion = '', minor = '' } = await read<{ gitVersion?: string; minor?: string }>(
    api,
    'version',
    '/version',
  )
  const number = Number.parseInt(minor, 10)
  const says = `Kubernetes ${gitVersion} at ${api.credentials.server.origin}`
  if (number < OLDEST)
    return warning(`${says} is older than 1.${OLDEST}`, 'Nobody has tried krmpod with it: upgrade.')
  return ok(number < NUDGE ? `${says}; from 1.${NUDGE} on, exit codes come up to a second sooner` : says)
}
