import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { filesWith } from './support/canary.ts'
import { fixture, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended } from './support/docker.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
let image = ''
let home = ''
beforeAll(async () => {
  space = await testNamespace()
  const registry = process.env['KRMPOD_TEST_REGISTRY'] ?? ''
  const { stdout } = await execa('crane', ['digest', `${registry}/krmpod/fixtures/cat:v1`])
  image = `${fixture('cat').replace(/:v1$/, '')}@${stdout}`
})
afterAll(() => space[Symbol.asyncDispose]())
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'krmpod-cache-'))
  return () => rm(home, { recursive: true })
})

/** A cluster that nobody answers for: who asks it fails. */
const NO_CLUSTER = { KUBECONFIG: '/dev/null', KUBERNETES_SERVICE_HOST: '' }

function call(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return docker(words, {
    namespace: space.name,
    input: 'kind: ResourceList\n',
    env: { XDG_CACHE_HOME: home, KRMPOD_CACHE_MAX_BYTES: '1Mi', ...env },
  })
}

async function krmpod(...words: readonly string[]): Promise<string> {
  const { stdout } = await docker(words, {
    namespace: space.name,
    program: 'krmpod',
    env: { XDG_CACHE_HOME: home, KRMPOD_CACHE_MAX_BYTES: '1Mi', ...NO_CLUSTER },
  })
  return stdout.toString()
}

test('what a function said once is said again without a cluster, until krmpod cache clear', async () => {
  const words = [...AS_KUSTOMIZE, image]
  const asRun = { exitCode: 0, stderr: '', stdout: Buffer.from('kind: ResourceList\n') }
  expect(await call(words)).toEqual(asRun)
  expect(await space.pods()).toEqual([])
  expect(await call(words, NO_CLUSTER)).toEqual(asRun)

  const stats = JSON.parse(await krmpod('cache', 'stats', '-o', 'json')) as object
  expect(stats).toMatchObject({ results: 1, maxBytes: 1024 ** 2, folder: join(home, 'krmpod', 'results') })
  expect(await krmpod('cache', 'stats')).toMatch(/^results {14}1$/m)
  expect(await krmpod('cache', 'clear')).toMatch(/^1 result removed, \d+ bytes\.\n$/)
  const { exitCode, stdout } = await call(words, NO_CLUSTER)
  expect([exitCode, stdout.toString()]).toEqual([125, ''])
})

test('what was answered from there once is answered again without a Node', async () => {
  const counts = join(home, 'nodes')
  const node = `#!/bin/sh\necho x >> ${counts}\nexec ${process.execPath} "$@"\n`
  await mkdir(join(home, 'bin'))
  await writeFile(join(home, 'bin/node'), node, { mode: 0o755 })
  const env = { PATH: `${join(home, 'bin')}:${process.env['PATH']}` }
  const nodes = async (): Promise<number> => (await readFile(counts, 'utf8')).length / 2
  const words = [...AS_KUSTOMIZE, image]
  const asRun = { exitCode: 0, stderr: '', stdout: Buffer.from('kind: ResourceList\n') }
  const seen: number[] = []
  for (let round = 0; round < 4; round += 1) {
    expect(await call(words, env)).toEqual(asRun)
    seen.push(await nodes())
  }
  expect(seen).toEqual([1, 2, 2, 2])
  expect((await call([...AS_KUSTOMIZE, '-e', 'A=b', image], env)).exitCode).toBe(0)
  expect(await nodes()).toBe(3)
  expect(JSON.parse(await krmpod('cache', 'stats', '-o', 'json'))).toMatchObject({ results: 2 })
  expect(await krmpod('cache', 'clear')).toMatch(/^2 results removed/)
  await call(words, env)
  expect(await nodes(), 'the answer is gone with the results').toBe(4)
})

test.each<[string, readonly string[], Readonly<Record<string, string>>]>([
  ['a file that flags name', ['--env-file', '/dev/null'], {}],
  ['a template of Pods', [], { KRMPOD_POD_TEMPLATE: 'template.yaml' }],
  ['somebody who wants to know', [], { KRMPOD_LOG: 'debug' }],
])('because of %s, Node answers every time', async (_, flags, env) => {
  const template = join(home, 'template.yaml')
  await writeFile(template, 'metadata: {labels: {a: b}}\n')
  const words = [...AS_KUSTOMIZE, ...flags, image]
  const given = { ...env, ...(env['KRMPOD_POD_TEMPLATE'] && { KRMPOD_POD_TEMPLATE: template }) }
  for (let round = 0; round < 2; round += 1) expect((await call(words, given)).exitCode).toBe(0)
  expect(await readdir(join(home, 'krmpod', 'results'))).toHaveLength(1)
})

test('images.allow forbids what is kept, too', async () => {
  const words = [...AS_KUSTOMIZE, image]
  await call(words)
  const { exitCode, stdout, stderr } = await call(words, { ...NO_CLUSTER, KRMPOD_IMAGES_ALLOW: 'acme/**' })
  expect([exitCode, stdout.toString()]).toEqual([125, ''])
  expect(stderr).toContain('KRMPOD_IMAGE_NOT_ALLOWED')
})

test('a secret of the environment is in no file of the cache', async () => {
  const env = { CANARY: 'c4nary-in-the-cache' }
  const words = [...AS_KUSTOMIZE, '-e', 'CANARY', image]
  expect((await call(words, env)).exitCode).toBe(0)
  expect(await readdir(join(home, 'krmpod', 'results'))).toHaveLength(1)
  expect(await filesWith(env.CANARY, home)).toEqual([])
  expect((await call(words, { ...env, ...NO_CLUSTER })).exitCode).toBe(0)
  expect((await call(words, { CANARY: 'another', ...NO_CLUSTER })).exitCode).toBe(125)
})

test('nothing is kept that nobody asked for', async () => {
  await call([...AS_KUSTOMIZE, image], { KRMPOD_CACHE_MAX_BYTES: '' })
  expect(await readdir(join(home, 'krmpod'))).not.toContain('results')
})
