import { createHash } from 'node:crypto'
import type { Kept, ToKeep } from '../../../src/cache/entry.ts'

export function keyFor(name: string): string {
  return createHash('sha256').update(name).digest('hex')
}

/** In pieces, as they come from a run. */
export function toKeep({ stderr, stdout }: { stderr: string | Buffer; stdout: string | Buffer }): ToKeep {
  const [first, second] = [Buffer.from(stderr), Buffer.from(stdout)]
  return {
    stderrBytes: first.length,
    stdoutBytes: second.length,
    async *chunks() {
      yield first
      for (let at = 0; at < second.length; at += 1_000)
        yield await Promise.resolve(second.subarray(at, at + 1_000))
    },
  }
}

export function texts(kept: Kept | undefined): readonly string[] | undefined {
  return kept && [kept.stderr.toString(), kept.stdout.toString()]
}
