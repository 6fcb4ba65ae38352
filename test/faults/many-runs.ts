import type { Ended } from './one-run.ts'

interface Many {
  readonly indices: readonly number[]
  /** So many at a time. */
  readonly jobs: number
  readonly run: (index: number) => Promise<Ended>
  readonly onEnded: (ended: Ended) => void
}

/** All of them, some at a time, in order of their start. */
export async function manyRuns({ indices, jobs, run, onEnded }: Many): Promise<void> {
  const left = [...indices]
  const work = async (): Promise<void> => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) onEnded(await run(index))
  }
  await Promise.all(Array.from({ length: jobs }, work))
}
