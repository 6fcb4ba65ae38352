import { ApiError } from '../cluster/api-error.ts'
import { isTransient } from '../session/api-failure.ts'
import { checkAdmission, checkConfinement } from './admission.ts'
import { type Entry, type Finding, failed, warning } from './finding.ts'
import { checkNamespace } from './namespace.ts'
import { checkNetwork } from './network.ts'
import type { Patient } from './patient.ts'
import { checkRights } from './rights.ts'
import { checkServer } from './server.ts'

interface Check {
  readonly name: string
  readonly look: (patient: Patient) => Promise<Finding | readonly Finding[]>
  /** Without these, it says nothing. */
  readonly after?: readonly string[]
}

/** In this order, since one that fails may explain the next. */
const CHECKS: readonly Check[] = [
  { name: 'server', look: checkServer },
  { name: 'namespace', look: checkNamespace },
  { name: 'rights', look: checkRights },
  { name: 'admission', look: checkAdmission, after: ['namespace'] },
  { name: 'confinement', look: checkConfinement, after: ['namespace', 'admission'] },
]

const NETWORK: Check = { name: 'network', look: checkNetwork, after: ['namespace'] }

/** All checks, one after another, as far as they can be made; `probe` comes before the one that reads what it found. */
export async function examine(patient: Patient, probe?: Check['look']): Promise<readonly Entry[]> {
  const probing = probe ? [{ name: 'probe', look: probe, after: ['namespace', 'admission'] }] : []
  const entries: Entry[] = []
  for (const { name, look, after = [] } of [...CHECKS, ...probing, NETWORK]) {
    if (entries.some(({ check, verdict }) => verdict === 'failed' && after.includes(check))) continue
    const found = await look(patient).catch(asFinding)
    entries.push(...[found].flat().map((finding) => ({ check: name, ...finding })))
  }
  return entries
}

/** A refusal is an answer, and others may still be had; no answer at all ends the examination. */
function asFinding(error: unknown): Finding {
  if (!(error instanceof ApiError)) throw error
  const { verb, resource } = error.action
  const says = `the API server refused to ${verb} ${resource}: ${error.message}`
  return isTransient(error) ? warning(says, 'Try again later.') : failed(says, 'See what is said of rights.')
}
