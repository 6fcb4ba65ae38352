import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { eventually, fixture, kubectl, namesOf, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, BIN, docker, type Ended } from './support/docker.ts'
import { callerIn } from './support/service-account.ts'

/** `npm run test:full` kills more. */
const KILLS = Number(process.env['KRMPOD_TEST_KILLS'] ?? 12)
const AT_ONCE = 6
const DEADLINE_S = 5
const GRACE_S = 60

let space: Awaited<ReturnType<typeof testNamespace>>
let other: Awaited<ReturnType<typeof testNamespace>>
let cache = ''
beforeAll(async () => {
  ;[space, other] = await Promise.all([testNamespace(), testNamespace()])
  await Promise.all([space, other].map(async ({ apply, name }) => apply(denyAllPolicy(name))))
  cache = await mkdtemp(join(tmpdir(), 'krmpod-gc-'))
})
afterAll(async () => {
  await Promise.all([
    space[Symbol.asyncDispose](),
    other[Symbol.asyncDispose](),
    rm(cache, { recursive: true }),
  ])
})

function gc(words: readonly string[] = [], env: Record<string, string> = {}): Promise<Ended> {
  return docker(['gc', ...words], { namespace: space.name, program: 'krmpod', env })
}

function left(namespace: string): Promise<readonly string[]> {
  return Promise.all([namesOf('pods', namespace), namesOf('secrets', namespace)]).then((kinds) =>
    kinds.flat(),
  )
}

/** A run whose function waits for the end of its stdin, which stays open. */
function longRun(namespace: string, env: Record<string, string> = {}, name = 'cat') {
  const words = [...AS_KUSTOMIZE, '-e', 'TOKEN', fixture(name)]
  return execa(join(BIN, 'docker'), words, {
    stdin: 'pipe',
    reject: false,
    stripFinalNewline: false,
    env: { KRMPOD_NAMESPACE: namespace, KRMPOD_SWEEP: 'off', TOKEN: 'hunter2', ...env },
  })
}

/** Killed at any moment of that time. */
async function killedRun(namespace: string, name: string, withinMs: number): Promise<void> {
  const run = longRun(namespace, { KRMPOD_DEADLINE: `${DEADLINE_S}s` }, name)
  await sleep(Math.random() * withinMs)
  run.kill('SIGKILL')
  await run
}

/** As a service account, whose kubeconfig this is. */
async function asCaller(kubeconfig: string): Promise<Record<string, string>> {
  const file = join(cache, `kubeconfig-${Math.random()}`)
  await writeFile(file, kubeconfig)
  return { KRMPOD_KUBECONFIG: file }
}

async function running(namespace: string, count: number): Promise<void> {
  const phases = (): Promise<string> =>
    kubectl(['get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[*].status.phase}'])
  await eventually(phases, (text) => (text.match(/Running/g) ?? []).length >= count, 60_000)
}

let lastKill = 0

test(`F17: of ${KILLS} runs killed at a random moment, some leave something`, async () => {
  // As long as so many runs at once take on this machine, now.
  const start = performance.now()
  await Promise.all(
    Array.from({ length: AT_ONCE }, () => {
      const run = longRun(other.name)
      run.stdin.end('in')
      return run
    }),
  )
  const withinMs = 1.2 * (performance.now() - start)
  for (let killed = 0; killed < KILLS; killed += AT_ONCE) {
    const names = Array.from({ length: Math.min(AT_ONCE, KILLS - killed) }, (_, n) =>
      n % 2 ? 'cat' : 'stubborn',
    )
    await Promise.all(names.map((name) => killedRun(space.name, name, withinMs)))
  }
  // Until one has left something.
  while ((await left(other.name)).length === 0) await killedRun(other.name, 'stubborn', withinMs)
  lastKill = performance.now()
  expect((await left(space.name)).length).toBeGreaterThan(0)
}, 600_000)

test('F34: forty runs at once: all exact, none lost, nothing left of them', async () => {
  const namespace = await testNamespace()
  const inputs = Array.from({ length: 40 }, (_, index) =>
    `kind: ResourceList # ${index}\n`.repeat(500 + index),
  )
  const ends = await Promise.all(
    inputs.map((input) => docker([...AS_KUSTOMIZE, fixture('cat')], { namespace: namespace.name, input })),
  )
  for (const [index, { exitCode, stdout, stderr }] of ends.entries())
    expect({ index, exitCode, stderr, exact: stdout.equals(Buffer.from(inputs[index] ?? '')) }).toEqual({
      index,
      exitCode: 0,
      stderr: '',
      exact: true,
    })
  expect(await eventually(namespace.pods, (pods) => pods.length === 0)).toEqual([])
  await namespace[Symbol.asyncDispose]()
}, 300_000)

test('a Secret that was made although its Pod was gone is collected by Kubernetes', async () => {
  const ownerReferences = [
    { apiVersion: 'v1', kind: 'Pod', name: 'krmpod-gone', uid: '00000000-0000-4000-8000-000000000000' },
  ]
  await space.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'krmpod-gone', ownerReferences } })
  const secrets = (): Promise<readonly string[]> => namesOf('secrets', space.name)
  const names = await eventually(secrets, (found) => !found.includes('secret/krmpod-gone'), 60_000)
  expect(names).not.toContain('secret/krmpod-gone')
}, 90_000)

describe('krmpod gc', () => {
  test('F20: never touches a run that is alive', async () => {
    const namespace = await testNamespace()
    const runs = Array.from({ length: 10 }, () => longRun(namespace.name))
    await running(namespace.name, runs.length)
    for (let sweeps = 0; sweeps < 3; sweeps += 1) {
      const { exitCode, stdout } = await gc(['-n', namespace.name])
      expect({ exitCode, stdout: stdout.toString() }).toEqual({
        exitCode: 0,
        stdout: '0 expired Pods deleted, 10 that may be in use left alone.\n',
      })
    }
    for (const [index, run] of runs.entries()) run.stdin.end(`list ${index}`)
    const ends = await Promise.all(runs)
    expect(ends.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual(
      runs.map((_, index) => [0, `list ${index}`]),
    )
    expect(
      await eventually(
        () => left(namespace.name),
        (names) => names.length === 0,
      ),
    ).toEqual([])
    await namespace[Symbol.asyncDispose]()
  }, 180_000)

  test('--keep: the Pod is marked, and left alone for an hour', async () => {
    const words = ['run', '--keep', '--deadline', '30s', fixture('cat')]
    const namespace = await testNamespace()
    await docker(words, { namespace: namespace.name, program: 'krmpod' })
    const annotations = await kubectl([
      'get',
      'pods',
      '-n',
      namespace.name,
      '-o',
      'jsonpath={.items[*].metadata.annotations}',
    ])
    expect(JSON.parse(annotations)).toMatchObject({ 'krmpod.dev/kept': 'true' })
    expect((await gc(['-n', namespace.name])).stdout.toString()).toContain('1 that may be in use left alone')
    await namespace[Symbol.asyncDispose]()
  })

  test('without the right to list Pods: one message, 125', async () => {
    const kubeconfig = await callerIn(space.name, ({ resources, verbs }) => {
      return !(resources?.includes('pods') && verbs.includes('list'))
    })
    const { exitCode, stdout, stderr } = await gc([], await asCaller(kubeconfig))
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toMatch(
      /^docker: not allowed to list pods in namespace \S+: pods is forbidden: .*\nIt needs /,
    )
  })

  test.each([
    [['--bogus'], /Unknown argument: bogus/],
    [['-A', '-n', 'x'], /mutually exclusive/],
    [['some', 'words'], /Unknown arguments?: some/],
  ])('%j is refused', async (words, message) => {
    const { exitCode, stdout, stderr } = await gc(words)
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

describe('F19: when the deadlines of killed runs are over', () => {
  beforeAll(async () => {
    const dueMs = (DEADLINE_S + GRACE_S + 5) * 1_000
    await sleep(Math.max(0, lastKill + dueMs - performance.now()))
  }, 120_000)

  test('a run without the right to list Pods works as ever', async () => {
    const kubeconfig = await callerIn(
      space.name,
      ({ resources, verbs }) => !(resources?.includes('pods') && verbs.includes('list')),
    )
    const env = { ...(await asCaller(kubeconfig)), XDG_CACHE_HOME: join(cache, 'refused') }
    const namespace = space.name
    const ended = await docker([...AS_KUSTOMIZE, fixture('cat')], { namespace, env, input: 'in' })
    expect({ ...ended, stdout: ended.stdout.toString() }).toEqual({ exitCode: 0, stdout: 'in', stderr: '' })
  })

  test('the next run sweeps, beside its own work, and leaves other namespaces alone', async () => {
    const run = longRun(space.name, { KRMPOD_SWEEP: 'auto', XDG_CACHE_HOME: cache })
    const names = await eventually(
      () => left(space.name),
      (found) => found.length === 2,
      30_000,
    )
    expect(names).toHaveLength(2) // its own Pod and Secret
    run.stdin.end('in')
    const { exitCode, stdout } = await run
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'in' })
    expect(
      await eventually(
        () => left(space.name),
        (found) => found.length === 0,
      ),
    ).toEqual([])
  }, 60_000)

  test('krmpod gc does it by itself', async () => {
    expect((await gc(['-n', other.name, '--dry-run'])).stdout.toString()).toMatch(/would be deleted, 0 that/)
    const { exitCode, stdout, stderr } = await gc(['-n', other.name])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout.toString()).toMatch(/expired Pods? deleted, 0 that may be in use left alone\.\n$/)
    expect(
      await eventually(
        () => left(other.name),
        (found) => found.length === 0,
        30_000,
      ),
    ).toEqual([])
  }, 60_000)
})
