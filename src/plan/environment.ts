import type { ContainerEnv, Secret } from '../kube/types.ts'
import type { EnvVar } from '../request/run-request.ts'
import { escapeDollars } from './escape.ts'

interface PlannedEnv {
  readonly env: readonly ContainerEnv[]
  /** Secret data: key to plain value. Empty when no variable is secret. */
  readonly secretValues: ReadonlyMap<string, string>
}

// What a Secret's key may be (Kubernetes API: IsConfigMapKey); an environment name may be more.
const SECRET_KEY = /^(?!\.\.|\.$)[-._a-zA-Z0-9]{1,253}$/
/** Keys of our own making: no name is one itself. */
const MADE_KEY = /^env-\d+$/

/** Values of the caller's own environment travel in a Secret named `secretName`, all others in the Pod's spec. */
export function planEnv(variables: readonly EnvVar[], secretName: string): PlannedEnv {
  const secretValues = new Map<string, string>()
  const env = variables.map((variable, index): ContainerEnv => {
    if (!variable.secret) return { name: variable.name, value: escapeDollars(variable.value) }
    const key = isKey(variable.name) ? variable.name : `env-${index}`
    secretValues.set(key, variable.value)
    return { name: variable.name, valueFrom: { secretKeyRef: { name: secretName, key } } }
  })
  return { env, secretValues }
}

function isKey(name: string): boolean {
  return SECRET_KEY.test(name) && !MADE_KEY.test(name)
}

/** Made after the Pod, so that it can be owned by it and goes with it. */
export function envSecret(
  values: ReadonlyMap<string, string>,
  metadata: { name: string; namespace: string; annotations: Record<string, string> },
): Secret {
  const data = Object.fromEntries(
    [...values].map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  )
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    type: 'Opaque',
    immutable: true,
    data,
  }
}
