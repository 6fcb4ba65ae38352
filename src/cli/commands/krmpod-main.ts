import yargs from 'yargs'
import { isRunError } from '../../errors/run-error.ts'
import { DEFAULTS } from '../../install/render.ts'
import { ABILITIES, type Ability } from '../../rights/abilities.ts'
import { print } from '../print.ts'
import { VERSION } from '../version.ts'

const LIST = { type: 'string', array: true, nargs: 1, requiresArg: true } as const

const GC_OPTIONS = {
  namespace: { alias: 'n', type: 'string', requiresArg: true, describe: 'Namespace to look in' },
  'all-namespaces': { alias: 'A', type: 'boolean', describe: 'Look in all namespaces' },
  context: { type: 'string', requiresArg: true, describe: 'Context of the kubeconfig to use' },
  'dry-run': { type: 'boolean', describe: 'Say what would be deleted, and delete nothing' },
} as const

const DOCTOR_OPTIONS = {
  namespace: { alias: 'n', type: 'string', requiresArg: true, describe: 'Namespace to look at' },
  context: { type: 'string', requiresArg: true, describe: 'Context of the kubeconfig to use' },
  probe: {
    type: 'boolean',
    describe: 'Try with Pods whether --network none is none, and note it for runs to read',
  },
  target: { ...LIST, describe: 'ADDRESS:PORT beyond the nodes that the probe tries, too', implies: 'probe' },
  output: { alias: 'o', type: 'string', requiresArg: true, choices: ['json'], describe: 'How to print it' },
} as const

const INSTALL_OPTIONS = {
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
    describe: 'An ability to leave out (docs/security.md)',
  },
  with: {
    ...LIST,
    choices: namesOf(({ isOptIn }) => isOptIn === true),
    describe: 'An ability to add (docs/security.md)',
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

/** Everything of `krmpod` but `run`. */
export async function main(words: readonly string[]): Promise<number> {
  let status = 0
  const program = yargs([...words])
    .scriptName('krmpod')
    .usage('$0 COMMAND\n\nRuns KRM functions as Kubernetes Pods. As `docker`, it serves kustomize and kpt.')
    .command('run', 'Run one function: krmpod run [docker run options] IMAGE [COMMAND] [ARG...]')
    .command(
      'gc',
      'Remove the Pods that killed runs left behind; never one that a run may be using',
      (command) => command.options(GC_OPTIONS).conflicts('namespace', 'all-namespaces'),
      async (flags) => {
        const { gc } = await import('./gc.ts')
        status = await gc(flags)
      },
    )
    .command(
      'doctor',
      'Say what keeps functions from running here, or from being alone, and what to do about it',
      (command) => command.options(DOCTOR_OPTIONS),
      async (flags) => {
        const { doctor } = await import('./doctor.ts')
        status = await doctor(flags)
      },
    )
    .command(
      'install <what>',
      'Print what an administrator applies: krmpod install rbac | kubectl apply -f -',
      (command) =>
        command
          .positional('what', { choices: ['rbac'] as const, describe: 'rbac: namespace, Roles, policies' })
          .options(INSTALL_OPTIONS),
      async (flags) => {
        const { installRbac } = await import('./install.ts')
        await print(installRbac(flags))
      },
    )
    .completion('completion', 'Print a completion script for bash or zsh')
    .demandCommand(1, 'krmpod: a command is needed.')
    .strict()
    .version(VERSION)
    .alias('version', 'v')
    .alias('help', 'h')
    .epilogue("Run 'krmpod COMMAND --help' for its options.")
    .exitProcess(false)
    .fail(false)
  try {
    await program.parseAsync()
    return status
  } catch (error) {
    if (isRunError(error)) throw error
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nRun 'krmpod --help'.\n`)
    return 1
  }
}
