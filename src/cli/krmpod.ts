import { runToExit } from './edge.ts'

/** `krmpod`, for people. `run` has docker's grammar and `build` kustomize's; everything else is yargs'. */
async function krmpod(words: readonly string[]): Promise<number> {
  const [first, ...rest] = words
  if (first === 'run') {
    const { runForPeople } = await import('./commands/run-for-people.ts')
    return runForPeople(rest)
  }
  if (first === 'build') {
    const { build } = await import('./commands/build.ts')
    return build(rest)
  }
  const { main } = await import('./commands/krmpod-main.ts')
  return main(words)
}

void runToExit(() => krmpod(process.argv.slice(2)))
