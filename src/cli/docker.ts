import { type DockerCommand, parseDocker } from '../argv/commands.ts'
import { runToExit } from './edge.ts'
import { runCommand } from './run-command.ts'

/** `docker`, as kustomize, kpt and their neighbours call it. Only `run` is on the hot path: the rest is loaded when asked for. */
async function docker(command: DockerCommand): Promise<number> {
  if (command.kind === 'run') return runCommand(command.argv)
  const { answer } = await import('./commands/docker-answers.ts')
  return answer(command)
}

await runToExit(async () => docker(parseDocker(process.argv.slice(2))))
