import yargs from 'yargs'
import { isRunError } from '../../errors/run-error.ts'
import { print } from '../print.ts'
import { VERSION } from '../version.ts'
import { CACHE_OPTIONS, DOCTOR_OPTIONS, GC_OPTIONS, INSTALL_OPTIONS, WARM_OPTIONS } from './krmpod-options.ts'

/** Everything of `krmpod` but `run` and `build`. */
export async function main(words: readonly string[]): Promise<number> {
  let status = 0
  const program = yargs([...words])
    .scriptName('krmpod')
    .usage('$0 COMMAND\n\nRuns KRM functions as Kubernetes Pods. As `docker`, it serves kustomize and kpt.')
    .command('run', 'Run one function: krmpod run [docker run options] IMAGE [COMMAND] [ARG...]')
    .command(
      'build',
      'Run kustomize build, its functions ahead of need: krmpod build [DIR] [kustomize options]',
    )
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
      'warm <images..>',
      'Park Pods for the first runs of these functions (standby.size): krmpod warm IMAGE...',
      (command) =>
        command
          .positional('images', {
            type: 'string',
            array: true,
            demandOption: true,
            describe: 'As the functions name them',
          })
          .options(WARM_OPTIONS),
      async (flags) => {
        const { warmUp } = await import('./warm.ts')
        status = await warmUp(flags)
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
    .command(
      'cache <what>',
      'Say what results of functions are kept on disk, or remove them',
      (command) =>
        command
          .positional('what', {
            choices: ['stats', 'clear'] as const,
            demandOption: true,
            describe: 'stats: how many, how large; clear: remove them all',
          })
          .options(CACHE_OPTIONS),
      async (flags) => {
        const { cache } = await import('./cache.ts')
        status = await cache(flags)
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
