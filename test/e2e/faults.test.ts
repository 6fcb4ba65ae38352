import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clusterWorld } from '../faults/cluster-world.ts'
import { oneRun } from '../faults/one-run.ts'
import { planRun } from '../faults/plan.ts'
import { renderRun } from '../faults/report.ts'
import type { World } from '../faults/world.ts'

// Each fault twice. `npm run faults -- --against cluster --runs 300` looks at more of them.
const RUNS = 20
const SEED = 1

let world: World
beforeAll(async () => {
  world = await clusterWorld()
})
afterAll(async () => {
  expect(await world.remains()).toEqual([])
  await world[Symbol.asyncDispose]()
})

describe('with a fault proxy in front of the real API server', { concurrent: true }, () => {
  test.each(Array.from({ length: RUNS }, (_, index) => index))(
    'exit 0 means all of stdout, and nothing is left: run %i',
    async (index) => {
      const ended = await oneRun(planRun(index, { against: 'cluster', seed: SEED }), world)
      expect(ended.verdict.kind, renderRun(ended)).not.toMatch(/wrong|leaked/)
    },
  )
})
