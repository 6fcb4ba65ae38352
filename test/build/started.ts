import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Prepared } from '../../src/build/pool.ts'
import type { RunWorld, Start } from '../../src/build/started-run.ts'

/** A function as a run sees it: it ends when its stdin does, or when it is interrupted. */
export const echo: Start = async ({ stdin, stdout, stderr, interrupted, onResult }) => {
  const aborted = once(interrupted, 'abort').then((): never => {
    throw interrupted.reason as Error
  })
  const input = await Promise.race([text(stdin), aborted])
  stderr.write(`${input.length} bytes\n`)
  stdout.write(input)
  onResult(3)
}

/** What was started, in order. */
export class Starts {
  readonly worlds: { name: string; world: RunWorld }[] = []

  get names(): readonly string[] {
    return this.worlds.map(({ name }) => name)
  }

  prepared(name: string, start: Start = echo): Prepared {
    return {
      start: (world) => {
        this.worlds.push({ name, world })
        return start(world)
      },
      deadlineMs: 1_000,
      isPure: !name.startsWith('network'),
    }
  }
}
