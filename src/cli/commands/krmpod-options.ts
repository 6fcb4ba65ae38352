import { DEFAULTS } from '../../install/wanted.ts'
import { ABILITIES, type Ability } from '../../rights/abilities.ts'

// The options of krmpod's commands, as yargs takes them.

const LIST = { type: 'string', array: true, nargs: 1, requiresArg: true } as const

export const GC_OPTIONS = {
  namespace: { alias: 'n', type: 'string', requiresArg: true, describe: 'Namespace to look in' },
  'all-namespaces': { alias: 'A', type: 'boolean', describe: 'Look in all namespaces' },
  context: { type: 'string', requiresArg: true, describe: 'Context of the kubeconfig to use' },
  'dry-run': { type: 'boolean', describe: 'Say what would be deleted, and delete nothing' },
} as const

export const WARM_OPTIONS = {
  for: {
    type: 'string',
    requiresArg: true,
    choices: ['kustomize', 'kpt'] as const,
    default: 'kustomize',
    describe: 'Who will run them',
  },
  namespace: { alias: 'n', type: 'string', requiresArg: true, describe: 'Namespace to park them in' },
  context: { type: 'string', requiresArg: true, describe: 'Context of the kubeconfig to use' },
} as const

export const DOCTOR_OPTIONS = {
  namespace: { alias: 'n', type: 'string', requiresArg: true, describe: 'Namespace to look at' },
  context: { type: 'string', requiresArg: true, describe: 'Context of the kubeconfig to use' },
  probe: {
    type: 'boolean',
    describe: 'Try with Pods whether --network none is none, and note it for runs to read',
  },
  target: { ...LIST, describe: 'ADDRESS:PORT beyond the nodes that the probe tries, too', implies: 'probe' },
  output: { alias: 'o', type: 'string', requiresArg: true, choices: ['json'], describe: 'How to print it' },
} as const

export const CACHE_OPTIONS = {
  output: {
    alias: 'o',
    type: 'string',
    requiresArg: true,
    choices: ['json'],
    describe: 'How to print stats',
  },
} as const

export const INSTALL_OPTIONS = {
  namespace: {
    alias: 'n',
    type: 'string',
    requiresArg: true,
    default: DEFAULTS.namespace,
    describe: 'Namespace of the functions: of its own, with nothing else in it',
  },
  serviceaccount: { ...LIST, describe: 'Who may run functions, as NAMESPACE:NAME' },
  user: { ...LIST, describe: 'Who may run functions' },
  group: { ...LIST, describe: 'Who may run functions' },
  without: {
    ...LIST,
    choices: namesOf(({ isRequired, isOptIn }) => !isRequired && !isOptIn),
    describe: 'An ability to leave out (docs/rights.md)',
  },
  with: {
    ...LIST,
    choices: namesOf(({ isOptIn }) => isOptIn === true),
    describe: 'An ability to add (docs/rights.md)',
  },
  'pull-secret': {
    ...LIST,
    describe: 'A Secret that krmpod itself may read, to ask registries for entrypoints',
  },
  pods: {
    type: 'number',
    requiresArg: true,
    default: DEFAULTS.pods,
    describe: 'How many functions may run at once',
  },
} as const

function namesOf(which: (ability: Ability) => boolean): readonly string[] {
  return ABILITIES.filter(which).map(({ name }) => name)
}
