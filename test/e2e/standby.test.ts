import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rolesFor } from '../../src/install/roles.ts'
import type { Container, Pod } from '../../src/kube/types.ts'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { ABILITIES } from '../../src/rights/abilities.ts'
import { eventually, fixture, kubectl, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended } from './support/docker.ts'
import { build } from './support/kustomize.ts'
import { administrator } from './support/restricted.ts'
import { callerWith } from './support/service-account.ts'

const FUNCTION = [
  ...AS_KUSTOMIZE,
  '-e',
  'LOG_TO_STDERR=true',
  '-e',
  'STRUCTURED_RESULTS=true',
  fixture('cat'),
]

let space: Awaited<ReturnType<typeof testNamespace>>
let folder: string
let env: Record<string, string>
beforeEach(async () => {
  space = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' }, { bare: true })
  await space.apply(denyAllPolicy(space.name))
  folder = await mkdtemp(join(tmpdir(), 'krmpod-standby-'))
  env = { KUBECONFIG: administrator(), XDG_CACHE_HOME: folder, KRMPOD_STANDBY_SIZE: '1' }
})
afterEach(async () => {
  await kubectl(['delete', 'pods', '--all', '-n', space.name, '--grace-period=0', '--force'])
  await space[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function pods(): Promise<readonly Pod[]> {
  const list = JSON.parse(await kubectl(['get', 'pods', '-n', space.name, '-o', 'json'])) as { items: Pod[] }
  return list.items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
}

function uidsOf(found: readonly Pod[]): readonly (string | undefined)[] {
  return found.map(({ metadata }) => metadata?.uid)
}

/** The one that waits, once it runs. */
async function parked(): Promise<Pod> {
  const isReady = (found: readonly Pod[]): boolean =>
    found.length === 1 && found[0]?.status?.phase === 'Running'
  const [pod] = await eventually(pods, isReady, 60_000)
  if (!pod) throw new Error('nothing was parked')
  expect(pod.metadata?.annotations).toHaveProperty(['krmpod.dev/standby'])
  return pod
}

/** A run, and the UID of the Pod that it was in. */
async function runIn(input: string, more: Record<string, string> = {}): Promise<Ended & { uid: string }> {
  const file = join(folder, `cid-${Math.random()}`)
  const [, ...words] = FUNCTION
  const ended = await docker(['run', '--cidfile', file, ...words], {
    namespace: space.name,
    env: { ...env, ...more },
    input,
  })
  return { ...ended, uid: await readFile(file, 'utf8').catch(() => '') }
}

function expectExact({ exitCode, stdout, stderr }: Ended, input: string): void {
  expect({ exitCode, stdout: stdout.toString(), stderr }).toEqual({ exitCode: 0, stdout: input, stderr: '' })
}

test('each run takes the Pod that the one before has left, and gives its input to no other', async () => {
  expectExact(await runIn('first'), 'first')
  for (const input of ['second', 'x'.repeat(3_000_000)]) {
    const { metadata } = await parked()
    const ended = await runIn(input)
    expectExact(ended, input)
    expect(ended.uid).toBe(metadata?.uid)
  }
  await parked()
})

test('a build takes what the one before has left, and leaves as many', async () => {
  const options = { namespace: space.name, by: 'krmpod', env } as const
  const functions = 5
  const areReady = (found: readonly Pod[]): boolean =>
    found.length === functions && found.every(({ status }) => status?.phase === 'Running')
  const first = await build('five-transformers', options)
  expect(first).toMatchObject({ exitCode: 0, stderr: '' })
  const left = uidsOf(await eventually(pods, areReady, 60_000))
  expect(await build('five-transformers', options)).toEqual(first)
  const after = uidsOf(await eventually(pods, areReady, 60_000))
  expect(new Set([...left, ...after]).size, 'each was used').toBe(2 * functions)
})

test('krmpod warm parks a Pod for the first run, and not more than there should be', async () => {
  // What it may write on the Pod is not to make it another one.
  env = { ...env, KRMPOD_IMAGES_RECORD_DIGEST: 'on' }
  const words = ['warm', fixture('cat')]
  const warmed = await docker(words, { namespace: space.name, env, program: 'krmpod' })
  expect(warmed).toMatchObject({ exitCode: 0, stderr: '' })
  expect(warmed.stdout.toString()).toBe(`${fixture('cat')}: 1 Pod parked\n`)
  const { metadata } = await parked()
  const again = await docker(words, { namespace: space.name, env, program: 'krmpod' })
  expect(again.stdout.toString()).toBe(`${fixture('cat')}: 0 Pods parked\n`)
  const ended = await runIn('in')
  expectExact(ended, 'in')
  expect(ended.uid).toBe(metadata?.uid)
})

test('krmpod warm says why it cannot, and leaves nothing', async () => {
  const missing = `${fixture('cat')}-that-is-not-there`
  const call = { namespace: space.name, env, program: 'krmpod' } as const
  const ended = await docker(['warm', missing], call)
  expect({ exitCode: ended.exitCode, stdout: ended.stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
  expect(ended.stderr).toContain('KRMPOD_IMAGE_PULL')
  expect(await space.staying()).toEqual([])
  const off = await docker(['warm', missing], { ...call, env: { ...env, KRMPOD_STANDBY_SIZE: '0' } })
  expect(off).toMatchObject({
    exitCode: 125,
    stderr: expect.stringContaining('KRMPOD_CANNOT_PARK') as string,
  })
})

function inContainers(change: Partial<Container>): (pod: Pod) => Pod {
  return (pod) => ({
    ...pod,
    spec: { ...pod.spec, containers: (pod.spec?.containers ?? []).map((one) => ({ ...one, ...change })) },
  })
}

describe('a Pod that somebody else has planted', () => {
  /** As a parked one is, but for a detail; it runs before anybody looks. */
  async function plant(change: (pod: Pod) => Pod): Promise<string | undefined> {
    expectExact(await runIn('first'), 'first')
    const found = await parked()
    const { name, namespace, labels, annotations } = found.metadata ?? {}
    await kubectl(['delete', 'pod', name ?? '', '-n', space.name, '--grace-period=0', '--force'])
    const spec = { ...(found.spec ?? { containers: [] }) }
    delete spec.nodeName
    const planted = change({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name ?? ''}-x`,
        ...(namespace && { namespace }),
        ...(labels && { labels }),
        ...(annotations && { annotations }),
      },
      spec,
    })
    await kubectl(['create', '-f', '-'], JSON.stringify(planted))
    const { metadata } = await parked()
    return metadata?.uid
  }

  test('and is no different, is taken', async () => {
    const uid = await plant((pod) => pod)
    expect((await runIn('second')).uid).toBe(uid)
  })

  test.each<[string, (pod: Pod) => Pod]>([
    [
      'with a command of its own',
      inContainers({ image: fixture('probe'), args: ['stdout=evil', 'sleep=60'] }),
    ],
    ['with a variable more', inContainers({ env: [{ name: 'EVIL', value: 'x' }] })],
    [
      'with a network',
      (pod) => ({
        ...pod,
        metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, 'krmpod.dev/network': 'open' } },
      }),
    ],
  ])('%s gets nothing, and is removed', async (_what, change) => {
    const uid = await plant(change)
    const ended = await runIn('second')
    expectExact(ended, 'second')
    expect(ended.uid).not.toBe(uid)
    expect((await pods()).map(({ metadata }) => metadata?.uid)).not.toContain(uid)
  })
})

test.each([
  ['list', false],
  ['patch', false],
  ['nothing', true],
])('with its Role but for %s, runs go on', async (missing, takes) => {
  const roles = ABILITIES.map((ability) => ({
    ...ability,
    rights: ability.rights
      .map((right) => ({
        ...right,
        verbs: right.resource === 'pods' ? right.verbs.filter((verb) => verb !== missing) : right.verbs,
      }))
      .filter(({ verbs }) => verbs.length > 0),
  }))
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, await callerWith(rolesFor(roles, space.name), space.name))
  expectExact(await runIn('first', { KUBECONFIG: kubeconfig }), 'first')
  const before = missing === 'list' ? undefined : (await parked()).metadata?.uid
  const ended = await runIn('second', { KUBECONFIG: kubeconfig })
  expectExact(ended, 'second')
  expect(before !== undefined && ended.uid === before).toBe(takes)
})
