import yargs from 'yargs'
import { VERSION } from '../version.ts'

/** Help, version and completion of `krmpod` itself. */
export async function main(words: readonly string[]): Promise<number> {
  const program = yargs([...words])
    .scriptName('krmpod')
    .usage('$0 COMMAND\n\nRuns KRM functions as Kubernetes Pods. As `docker`, it serves kustomize and kpt.')
    .command('run', 'Run one function: krmpod run [docker run options] IMAGE [COMMAND] [ARG...]')
    .completion('completion', 'Print a completion script for bash or zsh')
    .demandCommand(1, 'krmpod: a command is needed.')
    .strict()
    .version(VERSION)
    .alias('version', 'v')
    .alias('help', 'h')
    .epilogue("Run 'krmpod run --help' for its options.")
    .exitProcess(false)
    .fail(false)
  try {
    await program.parseAsync()
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nRun 'krmpod --help'.\n`)
    return 1
  }
}
