import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { image, testNamespace } from './cluster.ts'
import { type Built, buildIn, cloneOf } from './kustomize.ts'

/** In the environment of everybody who builds a hostile repository. */
export const CANARY = 'canary-in-the-environment'
/** In a file beside the repository. */
export const SECRET_OF_ANOTHER = 'canary-of-another-folder'
/** In a setting: the folder of the repository. */
export const HERE = '{here}'

type Settings = Readonly<Record<string, string>>
type Data = Readonly<Record<string, string>>

interface Attack {
  readonly namespace: string
  readonly settings?: Settings
}

/** `kustomize build` of a repository of fixtures/hostile, that must leave everything on this machine as it was. */
export async function buildHostile(name: string, { namespace, settings = {} }: Attack): Promise<Built> {
  const clone = await cloneOf('hostile')
  try {
    const before = await readdir(clone, { recursive: true })
    const folder = join(clone, name)
    const here = Object.entries(settings).map(([key, value]) => [key, value.replace(HERE, folder)])
    const env = { CANARY, ...(Object.fromEntries(here) as Settings) }
    const { stderr, ...built } = await buildIn(folder, { namespace, env })
    expect(await readdir(clone, { recursive: true }), 'nothing was made or removed').toEqual(before)
    return { ...built, stderr: stderr.replaceAll(clone, 'CLONE').replaceAll(image(''), 'ghcr.io/') }
  } finally {
    await rm(clone, { recursive: true })
  }
}

/** For a file of tests: a namespace in which builds of hostile repositories leave nothing behind. */
export function hostileBuilds(): {
  readonly namespace: () => string
  readonly refusal: (name: string, settings?: Settings) => Promise<string>
  readonly data: (name: string, settings?: Settings) => Promise<Data>
} {
  let space: Awaited<ReturnType<typeof testNamespace>>
  beforeAll(async () => {
    space = await testNamespace()
  })
  afterAll(() => space[Symbol.asyncDispose]())
  afterEach(async () => {
    expect(await space.pods(), 'no Pod is left').toEqual([])
  })
  return {
    namespace: () => space.name,
    refusal: (name, settings = {}) => refusalOf(name, { namespace: space.name, settings }),
    data: (name, settings = {}) => dataOf(name, { namespace: space.name, settings }),
  }
}

/** What it says; that it failed, without a word on stdout and without a secret, is asserted. */
async function refusalOf(name: string, attack: Attack): Promise<string> {
  const { exitCode, stdout, stderr } = await buildHostile(name, attack)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).not.toContain(CANARY)
  expect(stderr).not.toContain(SECRET_OF_ANOTHER)
  return stderr
}

/** The data of the ConfigMap that a harmless one makes. */
async function dataOf(name: string, attack: Attack): Promise<Data> {
  const { exitCode, objects, stderr } = await buildHostile(name, attack)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return objects[0]?.data ?? {}
}
