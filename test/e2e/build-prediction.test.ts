import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { predict } from '../../src/build/predict.ts'

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'krmpod-predict-')))
  await put('bin/docker', RECORDER, 0o755)
})
afterAll(() => rm(folder, { recursive: true }))

/** Writes down what it was called with, and is a function that changes nothing. */
const RECORDER = `#!/bin/sh
printf '%s\\0' "$@" >> "$RECORD"
printf '\\n\\0' >> "$RECORD"
cat
`

async function put(path: string, text: string, mode = 0o644): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { mode })
}

/** What a real `kustomize build` calls docker with, all calls in their order. */
async function recorded(words: readonly string[]): Promise<readonly (readonly string[])[]> {
  const record = join(folder, 'record')
  await writeFile(record, '')
  const PATH = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`
  await execa('kustomize', ['build', ...words], { env: { PATH, RECORD: record }, cwd: folder })
  const calls: string[][] = [[]]
  for (const word of (await readFile(record, 'utf8')).split('\0')) {
    if (word === '\n') calls.push([])
    else calls.at(-1)?.push(word)
  }
  return calls.slice(0, -1)
}

/** A function's config; of a name of its own, and with the annotation as it is written. */
function config(name: string, spec: string, key = 'config.kubernetes.io/function'): string {
  const lines = spec.split('\n').map((line) => `      ${line}`)
  const head = ['apiVersion: example.com/v1', 'kind: Config', 'metadata:', `  name: ${name}`]
  return [...head, '  annotations:', `    ${key}: |`, ...lines, ''].join('\n')
}

function image(name: string): string {
  return `container: { image: example.com/${name}:v1 }`
}

function inline(text: string): string {
  return `  - |\n${text.replaceAll(/^/gm, '    ')}\n`
}

async function writeTree(): Promise<void> {
  await put('app/config-map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app }\n')
  await put(
    'app/kustomization.yaml',
    'resources: [config-map.yaml, ../base]\ncomponents: [../component]\n' +
      'generators: [generators.yaml, ../config-folder]\n' +
      `transformers:\n  - transformer.yaml\n${inline(config('inline', image('inline')))}` +
      `validators: [validator.yaml]\n`,
  )
  await put('app/generators.yaml', [1, 2].map((n) => config(`g${n}`, image(`generator-${n}`))).join('---\n'))
  await put('app/transformer.yaml', config('t', image('transformer')))
  await put('app/validator.yaml', config('v', image('validator'), 'config.k8s.io/function'))
  await put('base/kustomization.yml', 'bases: [deeper]\ntransformers: [t.yaml]\n')
  await put(
    'base/t.yaml',
    'apiVersion: example.com/v1\nkind: Config\nmetadata:\n  name: old\n  annotations: { config.kubernetes.io/container: example.com/container:v1 }\n',
  )
  await put('base/deeper/Kustomization', `transformers:\n${inline(config('deep', image('deep')))}`)
  await put(
    'component/kustomization.yaml',
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ntransformers: [t.yaml]\n',
  )
  await put(
    'component/t.yaml',
    config('in-component', 'deferFailure: true\ncontainer:\n  image: example.com/component:v1'),
  )
  // A folder whose objects are configs, and which takes a function to be built.
  await put(
    'config-folder/kustomization.yaml',
    'namePrefix: x-\nresources: [configs.yaml]\ntransformers: [t.yaml]\n',
  )
  await put('config-folder/configs.yaml', config('made', image('made')))
  await put('config-folder/t.yaml', config('maker', image('maker')))
}

describe('what krmpod build foresees is what kustomize calls, byte by byte and in order', () => {
  test('every place and form a function may have', async () => {
    await writeTree()
    const words = ['--enable-alpha-plugins', join(folder, 'app')]
    const calls = await recorded(words)
    expect(calls.map((call) => call.at(-1))).toHaveLength(10)
    expect(await predict(words)).toEqual(calls)
  })

  test('a base that is used twice, through a link, runs twice', async () => {
    await symlink('base', join(folder, 'link'))
    await put('twice/one/kustomization.yaml', 'namePrefix: one-\nresources: [../../link]\n')
    await put('twice/two/kustomization.yaml', 'namePrefix: two-\nresources: [../../base]\n')
    await put('twice/kustomization.yaml', 'resources: [one, two]\n')
    const words = [join(folder, 'twice'), '--enable-alpha-plugins=true']
    const calls = await recorded(words)
    expect(calls).toHaveLength(4)
    expect(await predict(words)).toEqual(calls)
  })

  const EVERYTHING = `container:
  image: example.com/everything:v1
  network: true
  envs: [B=2, A=1=1, "EMPTY=", HOME, LOG_TO_STDERR=false, NO_SUCH, Z.z=é, a=lower]
  mounts:
    - { type: bind, src: ./files/, dst: /files }
    - { type: bind, src: a/../files, dst: /again }
    - { type: tmpfs, dst: /scratch }`

  test.each([
    ['--network'],
    ['--network', '--network-name', 'mine', '--as-current-user', '--load-restrictor=LoadRestrictionsNone'],
    ['--network', '-e', 'A=cli', '-eHOME', '--env=NEW', '--env', 'STRUCTURED_RESULTS=no', '-e=C=3'],
    ['--network', '--mount', 'type=bind,src=rel/,dst=/m', '--mount', 'type=bind,source=/abs/,target=/n,ro'],
  ])('flags that a function sees: %j', async (...flags) => {
    await put('flags/kustomization.yaml', 'resources: [../app/config-map.yaml]\ntransformers: [t.yaml]\n')
    await put('flags/t.yaml', config('t', EVERYTHING))
    const words = [
      '--enable-alpha-plugins',
      '--load-restrictor',
      'LoadRestrictionsNone',
      ...flags,
      join(folder, 'flags'),
    ]
    const calls = await recorded(words)
    expect(calls).toHaveLength(1)
    expect(await predict(words)).toEqual(calls)
  })
})
