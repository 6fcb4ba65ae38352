import { expect, test } from 'vitest'
import { fakeWorld } from './fake-world.ts'
import { oneRun } from './one-run.ts'
import { planRun } from './plan.ts'
import { renderRun } from './report.ts'

// Each fault four times. `npm run faults -- --runs 2000` looks at more of them, `--run INDEX` at one.
const RUNS = 104
const SEED = 1

test.concurrent.each(Array.from({ length: RUNS }, (_, index) => index))(
  'whatever goes wrong, exit 0 means all of stdout, and nothing is left: run %i',
  async (index) => {
    await using world = fakeWorld()
    const ended = await oneRun(planRun(index, { against: 'fake', seed: SEED }), world)
    expect(ended.verdict.kind, renderRun(ended)).not.toMatch(/wrong|leaked/)
  },
  60_000,
)
