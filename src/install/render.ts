import { stringify } from 'yaml'
import { functionsManifests } from './functions-manifests.ts'
import { DEFAULTS, type Wanted } from './wanted.ts'

/** For `kubectl apply -f -`. */
export function renderFunctions(wanted: Wanted): string {
  return functionsManifests(wanted)
    .map((manifest) => stringify(manifest, { lineWidth: 0 }))
    .join('---\n')
}

const HEADER = `# What \`krmpod install rbac\` prints without options, for those who keep manifests in a repository: the namespace of the
# functions, and the Roles of those who call krmpod, to be bound to them. Made by \`npm run docs\`.
`

/** deploy/functions.yaml. */
export function renderDeployment(): string {
  return HEADER + renderFunctions(DEFAULTS)
}
