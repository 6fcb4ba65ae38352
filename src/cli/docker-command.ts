import { parseDocker } from '../argv/commands.ts'
import { type RunOptions, runCommand } from './run-command.ts'

/** A docker command, done by this process. Only `run` is on the hot path: the rest is loaded when asked for. */
export async function dockerCommand(
  words: readonly string[],
  options: Pick<RunOptions, 'stdin' | 'interruptions' | 'call'> = {},
): Promise<number> {
  const command = parseDocker(words)
  if (command.kind === 'run') return runCommand(command.argv, options)
  const { answer } = await import('./commands/docker-answers.ts')
  return answer(command)
}
