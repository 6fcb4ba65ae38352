import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testNamespace } from '../e2e/support/cluster.ts'
import { temporaryFolder } from '../mounts/support/tree-on-disk.ts'
import { call, type Program } from './call.ts'
import type { Case } from './case.ts'
import { CASES } from './cases/all.ts'
import { EARLY_SERIES } from './cases/early-speakers.ts'
import { VOLUME } from './cases/mounts-refused.ts'
import { compare } from './compare.ts'
import { loadImages } from './images.ts'
import { krmpod, realDocker, removeVolume } from './programs.ts'
import { series } from './series.ts'

const EARLY = Number(process.env['KRMPOD_ORACLE_EARLY'] ?? 100)

const cache = temporaryFolder()
let space: Awaited<ReturnType<typeof testNamespace>>
let real: Program
let ours: Program
beforeAll(async () => {
  real = realDocker()
  await loadImages(imagesOf([...Object.values(CASES).flat(), ...EARLY_SERIES]), real)
  space = await testNamespace()
  ours = krmpod(space.name, cache.path)
})
afterAll(async () => {
  cache[Symbol.dispose]()
  await removeVolume(real, VOLUME)
  await space[Symbol.asyncDispose]()
})

describe.concurrent.each(Object.entries(CASES))('%s', (_concern, rows) => {
  test.for(named(rows))('%s', async ([, row], { task, expect }) => {
    const [docker, pod] = await Promise.all([call(row, real), call(row, ours)])
    const verdict = compare(row, docker, pod)
    task.meta.oracle = verdict
    expect(['equal', 'documented'], JSON.stringify(verdict, null, 2)).toContain(verdict.kind)
  })
})

describe('speaks early, again and again', () => {
  test.for(named(EARLY_SERIES))('%s', { timeout: 3_600_000 }, async ([, row], { task, expect }) => {
    const docker = await call(row, real)
    const figures = await series(EARLY, async () => compare(row, docker, await call(row, ours)))
    task.meta.series = figures
    expect(figures, JSON.stringify(figures, null, 2)).toMatchObject({ exact: EARLY, of: EARLY })
  })
})

test('no Pod is left of all this', async () => {
  expect(await space.pods()).toEqual([])
})

function named(rows: readonly Case[]): readonly (readonly [string, Case])[] {
  return rows.map((row) => [row.name, row])
}

/** The images that stand in argv. */
function imagesOf(rows: readonly Case[]): readonly string[] {
  const words = rows.flatMap(({ argv }) => argv)
  return [...new Set(words.filter((word) => /\/fixtures\/.*:v1$/.test(word) && !word.includes('/nosuch:')))]
}
