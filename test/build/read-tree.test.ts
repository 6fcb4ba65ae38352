import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readTree } from '../../src/build/read-tree.ts'
import { loadYaml } from '../../src/build/read-yaml.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'krmpod-tree-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function put(path: string, content: unknown): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
}

async function imagesOf(path = '.'): Promise<readonly string[]> {
  const functions = await readTree(join(folder, path), await loadYaml())
  return functions.map(({ spec }) => spec.image)
}

function config(spec: unknown, more: object = {}): object {
  const annotations = { 'config.kubernetes.io/function': JSON.stringify(spec) }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', annotations }, ...more }
}

const GOOD = config({ container: { image: 'good' } })

test.each([
  ['a folder that is not there', {}],
  ['no kustomization in it', { 'other.yaml': GOOD }],
  ['two kustomizations', { 'kustomization.yaml': { transformers: ['t'] }, Kustomization: {}, t: GOOD }],
  ['a kustomization that is no YAML', { 'kustomization.yaml': 'transformers: [', t: GOOD }],
  ['a kustomization that is a list', { 'kustomization.yaml': '[]' }],
  ['transformers that are no list', { 'kustomization.yaml': { transformers: 't' }, t: GOOD }],
])('%s: nothing', async (_what, files) => {
  for (const [path, content] of Object.entries(files)) await put(path, content)
  expect(await imagesOf()).toEqual([])
})

test('what cannot be read does not hide the rest', async () => {
  const unreadable = [
    'https://example.com/repository//path?ref=v1',
    '../missing',
    'broken.yaml',
    'bomb.yaml',
    'pipe',
  ]
  await put('kustomization.yaml', {
    resources: ['.', '..', ...unreadable],
    transformers: [...unreadable, 7, 'good.yaml'],
  })
  await put('broken.yaml', 'a: [')
  const bomb = [
    'a0: &a0 [x]',
    ...Array.from({ length: 20 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`),
  ]
  await put('bomb.yaml', `${bomb.join('\n')}\n`)
  execFileSync('mkfifo', [join(folder, 'pipe')])
  await put('good.yaml', GOOD)
  expect(await imagesOf()).toEqual(['good'])
})

test('kustomizations that lead back to themselves end', async () => {
  await put('a/kustomization.yaml', { resources: ['../b'], transformers: ['../good.yaml'] })
  await put('b/kustomization.yaml', { resources: ['../a'], components: ['../a', '.'] })
  await put('good.yaml', GOOD)
  expect(await imagesOf('a')).toEqual(['good'])
})

test('bases that double at every level end, too', async () => {
  for (let level = 0; level < 30; level += 1)
    await put(`${level}/kustomization.yaml`, { resources: [`../${level + 1}`, `../${level + 1}`] })
  await put('30/kustomization.yaml', { transformers: ['../good.yaml'] })
  await put('good.yaml', GOOD)
  expect((await imagesOf('0')).length).toBeLessThan(500)
})

test.each([
  ['without an image', config({ container: {} })],
  ['with a key that kustomize refuses', config({ container: { image: 'x', user: 'root' } })],
  ['with a network that is no boolean', config({ container: { image: 'x', network: 'yes' } })],
  ['with an environment of numbers', config({ container: { image: 'x', envs: [1] } })],
  [
    'with a mount of another key',
    config({ container: { image: 'x', mounts: [{ type: 'bind', readOnly: true }] } }),
  ],
  ['that is a program', config({ exec: { path: './x' } })],
  ['that is builtin', config({ container: { image: 'x' } }, { apiVersion: 'builtin' })],
])('a function %s is none', async (_what, object) => {
  await put('kustomization.yaml', { transformers: ['f.yaml', 'good.yaml'] })
  await put('f.yaml', object)
  await put('good.yaml', GOOD)
  expect(await imagesOf()).toEqual(['good'])
})

test('whatever a kustomization holds, reading it ends without an error', async () => {
  const yaml = await loadYaml()
  await fc.assert(
    fc.asyncProperty(
      fc.anything(),
      fc.constantFrom('resources', 'transformers', 'generators'),
      async (value, field) => {
        await put('kustomization.yaml', `${JSON.stringify({ [field]: [value, '.'] })}\n`)
        expect(await readTree(folder, yaml)).toEqual([])
      },
    ),
    { numRuns: 50 },
  )
})
