import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RunError } from '../../src/errors/run-error.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { IMAGE, runOn } from '../doubles/run-on.ts'
import { inputOf, outputOf, podsOf, type World, worlds } from './random-worlds.ts'

/** FAULTS=1000 SEED=7 looks at more of them. */
const numRuns = Number(process.env['FAULTS'] ?? 80)
const seed = Number(process.env['SEED'] ?? 1)
const DEADLINE_MS = 4_000

function interruption({ interruptedAfterMs }: World): AbortSignal {
  const controller = new AbortController()
  if (interruptedAfterMs !== undefined) {
    void sleep(interruptedAfterMs).then(() =>
      controller.abort(new RunError('INTERRUPTED', { by: 'SIGTERM' })),
    )
  }
  return controller.signal
}

const ARGV = ['-i', '--network', 'none', '-e', 'TOKEN', IMAGE]

test.concurrent.each(fc.sample(worlds, { seed, numRuns }))(
  'whatever goes wrong, exit 0 means all of stdout, and nothing is left: world %#',
  async (world) => {
    await using cluster = await fakeCluster({ ...world.cluster, pods: podsOf(world) })
    const outcome = await runOn(cluster, {
      argv: ARGV,
      env: { TOKEN: 's3cret' },
      stdin: inputOf(world.behaviour),
      request: { deadlineMs: DEADLINE_MS },
      host: { rerun: world.rerun, interrupted: interruption(world) },
    })
    if (outcome.end === 'exit 0') expect(outcome.stdout.equals(outputOf(world.behaviour))).toBe(true)
    // Only who was interrupted while it was handing over has handed over a part.
    if (outcome.error && outcome.end !== 'INTERRUPTED') expect(outcome.stdout.length).toBe(0)
    expect(outcome.end).not.toBe('INTERNAL')
    await sleep(200) // for whatever would still come to be
    expect(cluster.objects('pods').filter(({ metadata }) => !metadata.deletionTimestamp)).toEqual([])
    const pods = Math.max(1, cluster.count('create pods'))
    expect(cluster.count('get pods/attach')).toBeLessThanOrEqual(44 * pods)
    expect(cluster.count('patch pods/resize')).toBeLessThanOrEqual(2 * pods)
  },
  30_000,
)
