import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually, kubectl, namesOf, testNamespace } from '../e2e/support/cluster.ts'
import { useCluster } from '../e2e/support/environment.ts'
import { burst, type Outcome, SLOW_RUNS } from './burst.ts'
import { cut, down, freeze, kill, NAME, up } from './instance.ts'

// Real disasters, on an instance of the host cluster that is there for nothing else. No absolute times: whatever the
// moment, a run's whole output is right, or there is none and it says why.

const SERVERS: readonly (readonly [string, string])[] = [
  ['1.36', ''],
  ['1.30 to 1.35, whose API server translates the streams', 'ExtendWebSocketsToKubelet=false'],
]

type Disruption = (gates: string) => Promise<void>

const restart =
  (daemon: Parameters<typeof kill>[0]): Disruption =>
  async (gates) => {
    await kill(daemon)
    await up(gates)
  }

const DISRUPTIONS: readonly (readonly [string, Disruption])[] = [
  ['the API server is killed and started again', restart('kube-apiserver')],
  ['containerd is killed and started again', restart('containerd')],
  ['kubelet is killed and started again', restart('kubelet')],
  ['kubelet stands still for 20 s', () => freeze('kubelet', 20_000)],
  ['connections between API server and kubelet are reset', () => cut('reject with tcp reset', 3_000)],
  ['packets between API server and kubelet are lost for 10 s', () => cut('drop', 10_000)],
  ['the way to the API server breaks with all its connections', restart('relay-api')],
]

let folder: string
let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'krmpod-disruptive-'))
})
afterAll(async () => {
  await down()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  space = await testNamespace()
})
afterEach(() => space[Symbol.asyncDispose]())

describe.each(SERVERS)('a server like %s', (_server, gates) => {
  beforeAll(async () => {
    await up(gates)
    useCluster(NAME)
  })

  test.each(DISRUPTIONS)('%s', async (what, disrupt) => {
    const outcomes = await burst({ namespace: space.name, cache: folder }, async () => {
      await eventually(phases, (text) => text.split('Running').length > SLOW_RUNS, 60_000)
      await new Promise((resolve) => setTimeout(resolve, 1_000 * Math.random() * 3))
      await disrupt(gates)
    })
    const left = await leftOvers(outcomes)
    tell(what, outcomes, left.length)
    expect(outcomes.filter(({ verdict }) => verdict === 'wrong')).toEqual([])
  })
})

async function phases(): Promise<string> {
  return kubectl(['get', 'pods', '-n', space.name, '-o', 'jsonpath={.items[*].status.phase}'])
}

/** Pods that krmpod could not delete any more. It has said so of each, and none of them is still at work in the end. */
async function leftOvers(outcomes: readonly Outcome[]): Promise<readonly string[]> {
  const said = outcomes.flatMap(({ stderr }) => [
    ...stderr.matchAll(/warning: could not delete Pod [^/]+\/([^,]+),/g),
  ])
  const named = new Set(said.map(([, name = '']) => `pod/${name}`))
  const unsaid = async (): Promise<readonly string[]> =>
    (await space.pods()).filter((name) => !named.has(name))
  expect(await eventually(unsaid, (pods) => pods.length === 0, 30_000)).toEqual([])
  expect(await eventually(phases, (text) => !/Running|Pending/.test(text), 180_000)).not.toMatch(/Running/)
  const left = await space.pods()
  if (left.length > 0) await kubectl(['delete', '-n', space.name, ...left])
  const secrets = (): Promise<readonly string[]> => namesOf('secrets', space.name)
  expect(await eventually(secrets, (names) => names.length === 0, 60_000)).toEqual([])
  return left
}

function tell(what: string, outcomes: readonly Outcome[], left: number): void {
  const count = (verdict: Outcome['verdict']): number =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length
  const reasons = outcomes
    .filter(({ verdict }) => verdict === 'refused')
    .map(({ run, stderr }) => `${run}: ${stderr}`)
  process.stdout.write(
    `${what}: ${count('right')} right, ${count('refused')} refused, ${count('wrong')} wrong, ${left} Pods left\n${reasons.join('')}`,
  )
}
