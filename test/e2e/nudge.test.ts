import type { V1PodStatus } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, fixture, kubectl, testNamespace } from './support/cluster.ts'
import { docker } from './support/docker.ts'

/** `npm run test:full` compares more. */
const PAIRS = Number(process.env['KRMPOD_TEST_NUDGES'] ?? 6)
const AT_ONCE = 3

const ENDINGS = [
  ['read'],
  ['read', 'exit=3'],
  ['read', 'echo'],
  ['read', 'stderr=no\\n', 'exit=137'],
] as const

/** As JSON: nothing of it is a class of the client's. */
interface Seen {
  readonly status: Pick<V1PodStatus, 'phase'> & {
    readonly conditions?: { readonly type: string; readonly status: string }[]
  }
}

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(() => space[Symbol.asyncDispose]())

/** What varies from Pod to Pod, and the CPU request, by which the node is nudged. */
const VARIES =
  /"(\w*Time|startedAt|finishedAt|containerID|(pod|host)IPs?|observedGeneration|cpu)":("[^"]*"|\d+|null|\[[^\]]*\])/g

/** The status that a Pod ends with, as one line without what varies. */
async function finalStatus(nudge: 'auto' | 'off', words: readonly string[]): Promise<string> {
  const { stderr } = await docker(['run', '--keep', '--network', 'none', '-i', fixture('probe'), ...words], {
    namespace: space.name,
    program: 'krmpod',
    input: 'in',
    env: { KRMPOD_NUDGE: nudge, KRMPOD_LANE: 'attach' },
  })
  const pod = /Pod (\S+) is kept/.exec(stderr)?.[1] ?? `none in: ${stderr}`
  const ended = await eventually(
    async () => JSON.parse(await kubectl(['get', 'pod', '-n', space.name, pod, '-o', 'json'])) as Seen,
    isAtRest,
    30_000,
  )
  expect(ended.status).toSatisfy(() => isAtRest(ended))
  await kubectl(['delete', 'pod', '-n', space.name, pod, '--wait=false'])
  const status = { ...structuredClone(ended.status), resources: 'what is enforced at the moment' }
  status.conditions?.sort((one, other) => one.type.localeCompare(other.type))
  return JSON.stringify(status).replaceAll(VARIES, '"$1":""')
}

/** kubelet has said its last word: the sandbox is gone. */
function isAtRest({ status }: Seen): boolean {
  const isDown = ({ type, status }: { type: string; status: string }): boolean =>
    type === 'PodReadyToStartContainers' && status === 'False'
  return ['Succeeded', 'Failed'].includes(status.phase ?? '') && (status.conditions ?? []).some(isDown)
}

async function pairs(left: { pairs: number }): Promise<readonly (readonly [string, string])[]> {
  const compared: [string, string][] = []
  while (left.pairs > 0) {
    left.pairs -= 1
    const words = ENDINGS[left.pairs % ENDINGS.length] ?? []
    compared.push(await Promise.all([finalStatus('auto', words), finalStatus('off', words)]))
  }
  return compared
}

test(`a Pod ends with the same status, nudged or not, ${PAIRS} pairs`, { timeout: 3_600_000 }, async () => {
  const left = { pairs: PAIRS }
  const compared = (await Promise.all(Array.from({ length: AT_ONCE }, () => pairs(left)))).flat()
  expect(compared).toHaveLength(PAIRS)
  expect(compared.filter(([nudged, plain]) => nudged !== plain)).toEqual([])
  expect(compared[0]?.[0]).toContain('"terminated"')
})
