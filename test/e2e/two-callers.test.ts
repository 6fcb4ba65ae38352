import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { holdersOf } from './support/canary.ts'
import { eventually, fixture, kubectl, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, BIN, docker } from './support/docker.ts'
import { callerIn } from './support/service-account.ts'

type Space = Awaited<ReturnType<typeof testNamespace>>

let spaces: readonly [Space, Space]
let folder = ''
beforeAll(async () => {
  spaces = await Promise.all([testNamespace(), testNamespace()])
  folder = await mkdtemp(join(tmpdir(), 'krmpod-callers-'))
  for (const space of spaces) {
    await space.apply(denyAllPolicy(space.name))
    await writeFile(join(folder, space.name), await callerIn(space.name))
  }
})
afterAll(async () => {
  await Promise.all(spaces.map((space) => space[Symbol.asyncDispose]()))
  await rm(folder, { recursive: true })
})
afterEach(async () => {
  for (const { pods } of spaces) expect(await pods(), 'no Pod is left').toEqual([])
})

/** By the same name, with a variable of the same name: it says what that holds, and then what its stdin was. */
const WORDS = [
  ...AS_KUSTOMIZE,
  '--name',
  'same',
  '-e',
  'TOKEN',
  fixture('probe'),
  'read',
  'stdout=$TOKEN',
  'echo',
]

function newToken(): string {
  return randomBytes(12).toString('hex')
}

/** Of the caller who has a namespace; its function waits for the end of its stdin. */
function start({ name }: Space, token: string, namespace = name) {
  return execa(join(BIN, 'docker'), WORDS, {
    stdin: 'pipe',
    reject: false,
    env: { KUBECONFIG: join(folder, name), KRMPOD_NAMESPACE: namespace, TOKEN: token },
  })
}

function running(space: Space, count: number): Promise<string> {
  const phases = ['get', 'pods', '-n', space.name, '-o', 'jsonpath={.items[*].status.phase}']
  return eventually(
    () => kubectl(phases),
    (text) => (text.match(/Running/g) ?? []).length === count,
    60_000,
  )
}

describe('two callers with namespaces of their own', () => {
  test('run functions of the same name at once: each has its own input, secret and output', async () => {
    const runs = [...spaces, ...spaces].map((space) => {
      const token = newToken()
      return { space, token, run: start(space, token) }
    })
    await Promise.all(spaces.map((space) => running(space, 2)))
    for (const { space, token } of runs) {
      for (const { name } of spaces)
        expect(await holdersOf(token, name)).toHaveLength(name === space.name ? 1 : 0)
    }
    for (const { run, token } of runs) run.stdin.end(` and ${token}`)
    for (const { run, token } of runs) {
      const { exitCode, stdout, stderr } = await run
      expect({ exitCode, stdout, stderr }).toEqual({
        exitCode: 0,
        stdout: `${token} and ${token}`,
        stderr: '',
      })
    }
  })

  test("one in the other's namespace is refused, and touches nothing there", async () => {
    const [one, other] = spaces
    const run = start(other, 'theirs ')
    await running(other, 1)
    const before = await other.pods()
    const intruder = await start(one, 'mine ', other.name)
    expect({ exitCode: intruder.exitCode, stdout: intruder.stdout }).toEqual({ exitCode: 125, stdout: '' })
    expect(intruder.stderr).toMatch(/^docker: not allowed to \w+ \w+ in namespace /)
    const gc = await docker(['gc', '-n', other.name], {
      namespace: one.name,
      program: 'krmpod',
      env: { KUBECONFIG: join(folder, one.name) },
    })
    expect({ exitCode: gc.exitCode, stdout: gc.stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
    expect(await other.pods()).toEqual(before)
    run.stdin.end('in')
    expect(await run).toMatchObject({ exitCode: 0, stdout: 'theirs in' })
  })
})

test('two callers in one namespace: a run that is stopped takes its own Pod and Secret, and no other', async () => {
  const [space] = spaces
  const tokens = [newToken(), newToken()] as const
  const [stopped, kept] = [start(space, tokens[0]), start(space, tokens[1])]
  await running(space, 2)
  stopped.kill('SIGTERM')
  expect(await stopped).toMatchObject({ exitCode: 143, stdout: '' })
  await eventually(space.pods, (pods) => pods.length === 1, 30_000)
  expect(await holdersOf(tokens[0], space.name)).toEqual([])
  expect(await holdersOf(tokens[1], space.name)).toHaveLength(1)
  kept.stdin.end(' in')
  const { exitCode, stdout, stderr } = await kept
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: `${tokens[1]} in`, stderr: '' })
})
