import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fixture, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended } from './support/docker.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
let home = ''
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(() => space[Symbol.asyncDispose]())
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'krmpod-code-'))
  return () => rmSync(home, { recursive: true })
})

function run(...words: readonly string[]): Promise<Ended> {
  return docker([...AS_KUSTOMIZE, ...words], {
    namespace: space.name,
    input: 'in\n',
    env: { XDG_CACHE_HOME: home },
  })
}

const RIGHT = { exitCode: 0, stdout: Buffer.from('in\n'), stderr: '' }

function files(): ReadonlyMap<string, number> {
  const folder = join(home, 'krmpod/code')
  return new Map(
    readdirSync(folder).map((name) => [join(folder, name), statSync(join(folder, name)).mtimeMs]),
  )
}

test('the second run compiles nothing anew', async () => {
  expect(await run(fixture('cat'))).toEqual(RIGHT)
  const kept = files()
  expect(kept.size).toBeGreaterThan(5)
  expect(await run(fixture('cat'))).toEqual(RIGHT)
  expect(files()).toEqual(kept)
})

test('damaged code is not run, and replaced', async () => {
  await run(fixture('cat'))
  const kept = files()
  for (const path of kept.keys()) writeFileSync(path, readFileSync(path).fill(7, 100, 2_000))
  expect(await run(fixture('cat'))).toEqual(RIGHT)
  for (const [path, mtimeMs] of files()) expect(mtimeMs).toBeGreaterThan(kept.get(path) ?? Infinity)
})

test('a run that fails keeps none: it has not seen the half of it', async () => {
  expect((await run('--bogus', fixture('cat'))).exitCode).toBe(125)
  expect(readdirSync(home)).toEqual([])
})

test('where nothing can be written, all goes on as without', async () => {
  writeFileSync(join(home, 'krmpod'), 'in the way')
  expect(await run(fixture('cat'))).toEqual(RIGHT)
})
