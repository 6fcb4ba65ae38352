import { lastValue } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { badValue } from './bad-value.ts'
import type { RunRequest } from './run-request.ts'

/** An empty --entrypoint drops the image's, and its CMD: the words after the image are the whole command. */
export function resolveProgram(argv: ParsedArgv): Pick<RunRequest, 'entrypoint' | 'args' | 'workingDir'> {
  const program = lastValue(argv, 'entrypoint')
  if (program === undefined) return { args: argv.command, ...workingDir(argv) }
  if (program !== '') return { entrypoint: [program], args: argv.command, ...workingDir(argv) }
  if (argv.command.length > 0) return { entrypoint: argv.command, args: [], ...workingDir(argv) }
  throw badValue('--entrypoint', program, 'a program, or a command after the image')
}

function workingDir(argv: ParsedArgv): Pick<RunRequest, 'workingDir'> {
  const path = lastValue(argv, 'workdir')
  if (!path) return {}
  if (!path.startsWith('/')) throw badValue('working directory', path, 'an absolute path')
  return { workingDir: path }
}
