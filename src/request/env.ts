import { cut } from '../argv/cut.ts'
import { allValues } from '../argv/flag-values.ts'
import { invalidArgument } from '../argv/usage.ts'
import { badValue } from './bad-value.ts'
import { lookUp } from './environment.ts'
import { matches } from './glob.ts'
import type { Inputs } from './inputs.ts'
import { readKeyValues } from './key-value-file.ts'
import type { EnvVar, RunRequest } from './run-request.ts'

// What the Kubernetes API takes as a name since 1.34; older servers take less and say so themselves.
const NAME = /^[ -<>-~]+$/

/** docker's order: the files first, then -e; of one name the last counts. */
export function resolveEnv(inputs: Inputs): Pick<RunRequest, 'env' | 'notices' | 'warnings'> {
  const refused = new Set<string>()
  const passed = passedOn(inputs, refused)
  const fromFiles = allValues(inputs.parsed, 'env-file').flatMap((file) =>
    fileVariables(file, inputs, passed),
  )
  const { variables, unset } = flagVariables(inputs.parsed, passed)
  const byName = new Map([...fromFiles, ...variables].map((variable) => [variable.name, variable]))
  const env = [...byName.values()]
  for (const { name } of env) {
    if (!NAME.test(name))
      throw badValue('environment variable name', name, "printable ASCII characters without '='")
  }
  const missing = [...refused].filter((name) => !byName.has(name))
  const warnings = unset.filter((name) => !byName.has(name) && !refused.has(name)).map(unsetWarning)
  return { env, notices: missing.length > 0 ? [refusal(missing)] : [], warnings }
}

/** The value of a name in the caller's environment; undefined: it has none, or the settings do not let it out. */
type PassedOn = (name: string) => string | undefined

function passedOn({ env, settings }: Inputs, refused: Set<string>): PassedOn {
  const { allow } = settings.env
  return (name) => {
    if (!allow || allow.some((pattern) => matches(pattern, name))) return lookUp(env, name)
    refused.add(name)
    return undefined
  }
}

/** A bare name in a file that the caller's environment does not have is left out. */
function fileVariables(file: string, { readFile }: Inputs, passed: PassedOn): readonly EnvVar[] {
  return readKeyValues(file, readFile).flatMap(([name, value]): readonly EnvVar[] => {
    if (value !== undefined) return [{ name, value, secret: false }]
    const own = passed(name)
    return own === undefined ? [] : [{ name, value: own, secret: true }]
  })
}

/**
 * A bare `-e NAME` that the caller's environment does not have takes back an earlier `-e NAME=VALUE`, but not
 * a line of a file: docker's client keeps one entry per name of -e, and its daemon lets a name without a value
 * remove only what the image and the daemon itself have set.
 */
function flagVariables(
  parsed: Inputs['parsed'],
  passed: PassedOn,
): { variables: readonly EnvVar[]; unset: readonly string[] } {
  const variables = new Map<string, EnvVar>()
  const unset = new Set<string>()
  for (const text of allValues(parsed, 'env')) {
    const [name, given] = cut(text, '=')
    if (name === '') throw invalidArgument('-e, --env', text, `invalid environment variable: ${text}`)
    const value = given ?? passed(name)
    variables.delete(name)
    unset.delete(name)
    if (value === undefined) unset.add(name)
    else variables.set(name, { name, value, secret: given === undefined })
  }
  return { variables: [...variables.values()], unset: [...unset] }
}

function refusal(names: readonly string[]): string {
  return `env.allow does not list ${names.join(', ')}: not passed on, as if the caller had none`
}

function unsetWarning(name: string): string {
  return `-e ${name}: the caller has no ${name}; a Pod cannot unset it, so one that the image sets stays`
}
