import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, image, testNamespace } from './support/cluster.ts'
import { BIN } from './support/docker.ts'

// kpt is not in any package registry: where it is missing, its absence is said by the first test, or fails it.
const hasKpt = isOnPath('kpt')
const app = join(import.meta.dirname, '../../fixtures/kustomizations/app/app.yaml')

let space: Awaited<ReturnType<typeof testNamespace>>
let folder: string
beforeAll(async () => {
  space = await testNamespace()
  folder = await mkdtemp(join(tmpdir(), 'krmpod-kpt-'))
})
afterAll(async () => {
  expect(await space.pods()).toEqual([])
  await space[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

test('kpt is there when it is required', () => {
  expect(hasKpt || process.env['KRMPOD_REQUIRE_KPT'] !== '1').toBe(true)
})

async function kpt(...words: readonly string[]): Promise<{ exitCode: number; stderr: string }> {
  const env = { PATH: `${BIN}:${process.env['PATH'] ?? ''}`, KRMPOD_NAMESPACE: space.name }
  const { exitCode = -1, stderr } = await execa('kpt', [...words], { env, reject: false })
  return { exitCode, stderr }
}

async function packageOf(name: string, pipeline: string): Promise<string> {
  const directory = join(folder, name)
  await cp(app, join(directory, 'app.yaml'))
  const kptfile = `apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: ${name}\npipeline:\n${pipeline}`
  await writeFile(join(directory, 'Kptfile'), kptfile)
  return directory
}

describe.runIf(hasKpt)('kpt, with krmpod as docker', () => {
  test('kpt fn eval', async () => {
    const directory = await packageOf('eval', '  mutators: []\n')
    const { exitCode, stderr } = await kpt('fn', 'eval', directory, '-i', fixture('label'), '--', 'team=shop')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('[PASS]') as string })
    expect(await readFile(join(directory, 'app.yaml'), 'utf8')).toMatch(/team: '?shop'?/)
  })

  test('kpt fn render: two functions, one after the other', async () => {
    const labels = image('kptdev/krm-functions-catalog/set-labels:v0.2.0')
    const namespace = image('kptdev/krm-functions-catalog/set-namespace:v0.4.1')
    const pipeline = `  mutators:\n    - image: ${labels}\n      configMap: {team: shop}\n    - image: ${namespace}\n      configMap: {namespace: staging}\n`
    const directory = await packageOf('render', pipeline)
    const { exitCode, stderr } = await kpt('fn', 'render', directory)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining('Successfully executed 2 function(s)') as string,
    })
    const text = await readFile(join(directory, 'app.yaml'), 'utf8')
    expect(text).toContain('team: shop')
    expect(text).toContain('namespace: staging')
  })

  test('a function that fails: kpt reports its own exit code', async () => {
    const directory = await packageOf('fails', `  mutators:\n    - image: ${fixture('fail')}\n`)
    const { exitCode, stderr } = await kpt('fn', 'render', directory)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('Exit code: 3')
  })

  test('kpt fn doc: the only call with words after the image', async () => {
    const { exitCode } = await kpt('fn', 'doc', '-i', image('kustomize/kyaml-example:v0.21.1'))
    expect(exitCode).toBe(0)
  })
})

function isOnPath(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`])
    return true
  } catch {
    return false
  }
}
