import { ApiError } from '../cluster/api-error.ts'
import { read } from '../cluster/review.ts'
import type { Namespace } from '../kube/types.ts'
import { type Finding, failed, ok, warning } from './finding.ts'
import type { Patient } from './patient.ts'

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const INSTALL = '`krmpod install rbac` prints one that is meant for functions.'

/** Whether it is there, and holds Pods to "restricted". */
export async function checkNamespace({ api, namespace }: Patient): Promise<Finding> {
  try {
    const { metadata } = await read<Namespace>(
      api,
      'namespaces',
      `/api/v1/namespaces/${encodeURIComponent(namespace)}`,
    )
    const level = metadata?.labels?.[ENFORCE]
    if (level === 'restricted') return ok(`${namespace} holds Pods to Pod Security "restricted"`)
    return warning(
      `${namespace} ${level === undefined ? 'holds Pods to no level of Pod Security' : `holds Pods to Pod Security "${level}" alone`}`,
      `krmpod's Pods pass "restricted"; others that the caller may create need not. ${INSTALL}`,
    )
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.status === 404) return failed(`namespace ${namespace} does not exist`, INSTALL)
    if (error.status === 403) return ok(`${namespace}, which this caller may not look at`)
    throw error
  }
}
