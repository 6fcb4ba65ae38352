import { parseArgs } from 'node:util'
import { clusterWorld } from './cluster-world.ts'
import { fakeWorld } from './fake-world.ts'
import { manyRuns } from './many-runs.ts'
import { type Ended, oneRun } from './one-run.ts'
import { type Against, kindsAgainst, planRun } from './plan.ts'
import { rare, renderReport, renderRun, totals } from './report.ts'
import type { World } from './world.ts'

/** From here on a run's figures are to be relied on: each fault must have taken effect often enough. */
const FULL = { fake: 2_000, cluster: 300 } as const
const LEAST = 20
const JOBS = { fake: 24, cluster: 8 } as const

const { values } = parseArgs({
  options: {
    against: { type: 'string', default: 'fake' },
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string' },
    /** A guard that scripts/faults.mjs has taken out of the source. */
    break: { type: 'string' },
    /** Names of faults, by commas. */
    faults: { type: 'string' },
    /** Only these runs of all: their numbers, by commas. */
    run: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
const against: Against = values.against === 'cluster' ? 'cluster' : 'fake'
const laboratory = {
  against,
  seed: Number(values.seed),
  ...(values.faults && { only: values.faults.split(',') }),
}
const indices =
  values.run === undefined
    ? Array.from({ length: Number(values.runs) }, (_, index) => index)
    : values.run.split(',').map(Number)
const all: Ended[] = []

await using world = await openWorld()
const start = performance.now()
await manyRuns({
  indices,
  jobs: Number(values.jobs ?? JOBS[against]),
  run: (index) => oneRun(planRun(index, laboratory), world),
  onEnded: (ended) => {
    all.push(ended)
    const isBad = ended.verdict.kind === 'wrong' || ended.verdict.kind === 'leaked'
    if (isBad || values.verbose || indices.length === 1) process.stdout.write(renderRun(ended))
  },
})
process.exitCode = await conclude()

async function conclude(): Promise<number> {
  const remains = await world.remains()
  const kinds = kindsAgainst(laboratory).map(({ name }) => name)
  const seldom = indices.length < FULL[against] || values.faults ? [] : rare(all, kinds, LEAST)
  process.stdout.write(`\n${renderReport(all, kinds)}`)
  if (remains.length > 0) process.stdout.write(`left in the cluster: ${remains.join(', ')}\n`)
  if (seldom.length > 0)
    process.stdout.write(`took effect in fewer than ${LEAST} runs: ${seldom.join(', ')}\n`)
  process.stdout.write(totals(all, (performance.now() - start) / 1000))
  const isBad = all.some(({ verdict }) => verdict.kind === 'wrong' || verdict.kind === 'leaked')
  return isBad || remains.length > 0 || seldom.length > 0 ? 1 : 0
}

function openWorld(): Promise<World> {
  return against === 'cluster' ? clusterWorld() : Promise.resolve(fakeWorld())
}
