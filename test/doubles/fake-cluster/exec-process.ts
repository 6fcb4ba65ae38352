import { FakeContainer, type FakeFunction, type FunctionIo } from './container.ts'
import { HttpFailure } from './http-failure.ts'

/** The words of one exec: `busybox sh -c SCRIPT krmpod NONCE PROGRAM…`. */
function nonceOf(command: readonly string[]): string {
  const [, shell, , , , nonce] = command
  if (shell !== 'sh' || !nonce) throw new HttpFailure(400, 'BadRequest', `not our exec: ${command.join(' ')}`)
  return nonce
}

/**
 * What krmpod's script does in a real container: says that it runs, runs the program, and marks the ends of both
 * streams. It begins with its client, and has no log.
 */
export function execProcess(
  command: readonly string[],
  program: FakeFunction,
  mounted: FunctionIo['mounted'],
): FakeContainer {
  const nonce = nonceOf(command)
  const process: FakeContainer = new FakeContainer(
    async (io) => {
      await process.attached
      await io.stdout(`\u001e${nonce}:BEG\n`)
      const code = await program(io)
      const marker = `\u001e${nonce}:${String(code).padStart(3, '0')}\n`
      await io.stdout(marker)
      await io.stderr(marker)
      return code
    },
    {},
    mounted,
  )
  return process
}

/** Whether a Pod's main process only waits. */
export function isWaiting(spec: Readonly<Record<string, unknown>> | undefined): boolean {
  const [container] = (spec?.['containers'] ?? []) as { command?: readonly string[] }[]
  return container?.command?.[0]?.startsWith('/.krmpod/') ?? false
}
