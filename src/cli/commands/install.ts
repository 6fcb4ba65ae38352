import { renderFunctions } from '../../install/render.ts'
import { personSubject, type Subject, serviceAccountSubject } from '../../install/roles.ts'
import { badValue } from '../../request/bad-value.ts'

export interface InstallFlags {
  readonly namespace: string
  readonly serviceaccount?: readonly string[] | undefined
  readonly user?: readonly string[] | undefined
  readonly group?: readonly string[] | undefined
  readonly with?: readonly string[] | undefined
  readonly without?: readonly string[] | undefined
  readonly pullSecret?: readonly string[] | undefined
  readonly pods: number
}

/** `krmpod install rbac`: manifests for `kubectl apply -f -`. Nothing is asked of any cluster. */
export function installRbac(flags: InstallFlags): string {
  const { namespace, pods, without = [], pullSecret: pullSecrets = [] } = flags
  if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    throw badValue('--namespace', namespace, 'the name of a namespace')
  if (!Number.isSafeInteger(pods) || pods < 1)
    throw badValue('--pods', String(pods), 'a whole number above 0')
  return renderFunctions({
    namespace,
    subjects: subjectsOf(flags),
    with: flags.with ?? [],
    without,
    pullSecrets,
    pods,
  })
}

/** As `kubectl create rolebinding` names them. */
function subjectsOf({ serviceaccount = [], user = [], group = [] }: InstallFlags): readonly Subject[] {
  return [
    ...serviceaccount.map(accountOf),
    ...user.map((name) => personSubject('User', name)),
    ...group.map((name) => personSubject('Group', name)),
  ]
}

function accountOf(text: string): Subject {
  const [namespace = '', name = '', ...more] = text.split(':')
  if (namespace === '' || name === '' || more.length > 0)
    throw badValue('--serviceaccount', text, 'NAMESPACE:NAME')
  return serviceAccountSubject(namespace, name)
}
