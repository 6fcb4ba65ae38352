import { runToExit } from './edge.ts'

/** A name that bin/from-cache.sh gives. */
const CALL = /^[0-9a-f]{64}$/

/** `docker`, as kustomize, kpt and their neighbours call it. Below a `krmpod build` it is a messenger, which needs next to nothing. */
async function docker(words: readonly string[]): Promise<number> {
  const { KRMPOD_BUILD_SOCKET: build, KRMPOD_BUILD_GONE: gone, KRMPOD_CALL: call } = process.env
  // Nobody else's: not an exec plugin's, nor a function's.
  delete process.env['KRMPOD_BUILD_SOCKET']
  delete process.env['KRMPOD_BUILD_GONE']
  delete process.env['KRMPOD_CALL']
  if (gone) {
    const { throwUnlessPure } = await import('./run-in-build.ts')
    await throwUnlessPure(words)
  } else if (build && words[0] === 'run' && words.includes('-i')) {
    const { runInBuild } = await import('./run-in-build.ts')
    return runInBuild(words, build)
  }
  const { dockerCommand } = await import('./docker-command.ts')
  return dockerCommand(words, { ...(call && CALL.test(call) && { call }) })
}

void runToExit(async () => docker(process.argv.slice(2)))
