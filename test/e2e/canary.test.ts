import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { holdersOf, shows } from './support/canary.ts'
import { canaryCaller } from './support/canary-caller.ts'
import { eventually, fixture, image, kubectl, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, BIN } from './support/docker.ts'
import { speaksV5 } from './support/server.ts'
import { callerIn } from './support/service-account.ts'

const LANES = (await speaksV5()) ? ['attach', 'exec'] : ['attach']

let space: Awaited<ReturnType<typeof testNamespace>>
let caller: Awaited<ReturnType<typeof canaryCaller>>
beforeAll(async () => {
  space = await testNamespace()
  caller = await canaryCaller(space)
})
afterAll(async () => {
  await space[Symbol.asyncDispose]()
  await caller[Symbol.asyncDispose]()
})
beforeEach(async () => {
  expect(await eventually(holders, (found) => found.length === 0)).toEqual([])
})

function holders(): Promise<readonly string[]> {
  return holdersOf(caller.canary, space.name)
}

describe.each(LANES)("a value of the caller's environment, by %s", (KRMPOD_LANE) => {
  test('is in the Secret of the run, in no other object, and gone with it', async () => {
    const words = [...AS_KUSTOMIZE, '-e', 'CANARY', '-e', 'PLAIN=value', fixture('cat')]
    const options = { stdin: 'pipe', reject: false, env: caller.environment({ KRMPOD_LANE }) } as const
    const running = execa(join(BIN, 'docker'), words, options)
    await eventually(phases, (text) => text.includes('Running'), 30_000)
    const [pod = ''] = await space.pods()
    expect(await holders()).toEqual([`Secret/${pod.replace('pod/', '')}`])
    expect(await holdersOf(caller.token, space.name)).toEqual([])
    running.stdin.end('in')
    const { exitCode, stdout, stderr } = await running
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'in' })
    await caller.expectSilence({ stdout, stderr })
  })

  test('is in no complaint of a function that fails, or is killed', async () => {
    for (const [name, code] of [
      ['fail', 3],
      ['killed', 137],
    ] as const) {
      const ended = await caller.run(['-e', 'CANARY', fixture(name)], { KRMPOD_LANE })
      expect(ended.exitCode, ended.stderr).toBe(code)
      await caller.expectSilence(ended)
    }
  })

  test.each<[string, readonly string[], Record<string, string>, RegExp]>([
    ['an image that is not there', [image('krmpod/no-such:v1')], {}, /cannot pull/],
    ['the deadline', [fixture('hang')], { KRMPOD_DEADLINE: '4s' }, /within its deadline/],
    ['a name that no Pod takes', ['-e', 'A\nB=1', fixture('cat')], {}, /environment variable name/],
    [
      'a namespace that is not there',
      [fixture('cat')],
      { KRMPOD_NAMESPACE: 'no-such' },
      /not allowed|not exist/,
    ],
    ['a value as large as no Secret', [...tooLarge(), fixture('cat')], largeValues(), /too long/i],
    ['an entrypoint that is not there', [fixture('entrypoint-missing')], {}, /does not exist/],
  ])('is in no message: %s', async (...[, words, env, message]) => {
    const ended = await caller.run(['-e', 'CANARY', ...words], { KRMPOD_LANE, ...env })
    expect({ failed: ended.exitCode >= 125, stdout: ended.stdout.toString() }).toEqual({
      failed: true,
      stdout: '',
    })
    expect(ended.stderr).toMatch(message)
    await caller.expectSilence(ended)
  })
})

describe("a value of the caller's environment", () => {
  test('without the right to create Secrets: refused, and not said', async () => {
    const config = await callerIn(space.name, ({ resources }) => !resources?.includes('secrets'))
    const file = join(caller.folder, 'no-secrets')
    await writeFile(file, config)
    const ended = await caller.run(['-e', 'CANARY', fixture('cat')], { KUBECONFIG: file })
    await rm(file)
    await callerIn(space.name)
    expect({ exitCode: ended.exitCode, stdout: ended.stdout.toString() }).toEqual({
      exitCode: 125,
      stdout: '',
    })
    expect(ended.stderr).toMatch(/not allowed to create secrets/)
    await caller.expectSilence(ended)
  })

  test('under a name that would have to be in the URL of an exec: the exec lane is not taken', async () => {
    const ended = await caller.run(['-e', 'SHLVL', fixture('cat')], {
      KRMPOD_LANE: 'exec',
      SHLVL: caller.canary,
    })
    expect({ exitCode: ended.exitCode, stdout: ended.stdout.toString() }).toEqual({
      exitCode: 125,
      stdout: '',
    })
    expect(ended.stderr).toMatch(/the exec lane cannot be used/)
    await caller.expectSilence(ended)
  })

  test('krmpod run --dry-run names it, and does not show it', async () => {
    const ended = await caller.run(['run', '--dry-run', '-e', 'CANARY', fixture('cat')], {}, 'krmpod')
    expect({ exitCode: ended.exitCode, named: ended.stdout.includes('CANARY: (redacted)') }).toEqual({
      exitCode: 0,
      named: true,
    })
    await caller.expectSilence(ended)
  })

  test('F30: krmpod run --keep keeps it with the Pod, and neither its log nor another object has it', async () => {
    const ended = await caller.run(
      ['run', '-i', '--keep', '--timings', '-e', 'CANARY', fixture('cat')],
      {},
      'krmpod',
    )
    expect({ exitCode: ended.exitCode, stdout: ended.stdout.toString() }).toEqual({
      exitCode: 0,
      stdout: 'in',
    })
    const [pod = ''] = await space.pods()
    expect(await holders()).toEqual([`Secret/${pod.replace('pod/', '')}`])
    expect(shows(await kubectl(['logs', '-n', space.name, pod]), caller.canary)).toBe(false)
    await kubectl(['delete', '-n', space.name, pod, '--grace-period=0', '--force'])
    await eventually(holders, (found) => found.length === 0)
    await caller.expectSilence(ended)
  })
})

async function phases(): Promise<string> {
  return kubectl(['get', 'pods', '-n', space.name, '-o', 'jsonpath={.items[*].status.phase}'])
}

const LARGE = Array.from({ length: 10 }, (_, index) => `LARGE_${index}`)

/** A Secret has 1 MiB at most, a variable 128 KiB. */
function largeValues(): Record<string, string> {
  return Object.fromEntries(LARGE.map((name) => [name, 'canary'.repeat(20_000)]))
}

function tooLarge(): readonly string[] {
  return LARGE.flatMap((name) => ['-e', name])
}
