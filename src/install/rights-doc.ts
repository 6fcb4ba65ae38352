import { ABILITIES, type Ability } from '../rights/abilities.ts'
import { SECRETS, SHAPE } from './admission.ts'

/** docs/rights.md. */
export function renderRightsDoc(): string {
  return `${[
    '# Rights',
    '',
    'All that krmpod asks of the API server, in the namespace of the functions. Generated from `src/rights/abilities.ts` and `src/install/admission.ts` by `npm run docs`; `krmpod install rbac` prints a Role for each ability, `krmpod doctor` says which is missing, and `test/e2e/rights.test.ts` takes away each verb in turn.',
    '',
    ...ABILITIES.flatMap(section),
    '## Pods that are taken',
    '',
    'Whoever may create Pods in a namespace reaches every Secret and ServiceAccount in it, unless something holds Pods to a shape. In namespaces with the label `krmpod.dev/functions: "true"` the ValidatingAdmissionPolicy of `krmpod install rbac` does, besides Pod Security "restricted":',
    '',
    ...[...SHAPE, ...SECRETS].map(({ message }) => `- ${message}`),
    '',
    '`test/e2e/admission.test.ts` has the Pods that it must refuse.',
  ].join('\n')}\n`
}

function section(ability: Ability): readonly string[] {
  const { name, purpose, without, rights } = ability
  return [
    `## \`krmpod-${name}\``,
    '',
    `${purpose.charAt(0).toUpperCase()}${purpose.slice(1)}. Without: ${without}.${howChosen(ability)}`,
    '',
    ...rights.map(({ resource, verbs }) => `- \`${resource}\`: ${verbs.join(', ')}`),
    '',
  ]
}

function howChosen({ name, isRequired, isOptIn }: Ability): string {
  if (isRequired) return ''
  return isOptIn ? ` Only there with \`--with ${name}\`.` : ` Left out by \`--without ${name}\`.`
}
