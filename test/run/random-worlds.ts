import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import type { AttachFaults } from '../doubles/fake-cluster/attach-faults.ts'
import type { FakeFunction } from '../doubles/fake-cluster/container.ts'
import { type Deed, type Intervention, refuse } from '../doubles/fake-cluster/intervention.ts'
import { type PodScript } from '../doubles/fake-cluster/pod-on-node.ts'
import { printAll, readAll } from '../doubles/fake-cluster/programs.ts'
import type { WatchFaults } from '../doubles/fake-cluster/watch-endpoint.ts'
import type { FakeClusterOptions } from '../doubles/fake-cluster.ts'

/** What a function does, as far as it matters to those who carry its streams. */
export interface Behaviour {
  readonly inputBytes: number
  readonly items: number
  /** Prints before it has read anything. */
  readonly early: boolean
  /** Says something on stderr first. */
  readonly banner: boolean
  readonly exit: 0 | 3
}

/** One run in a world in which anything may go wrong. */
export interface World {
  readonly behaviour: Behaviour
  readonly cluster: Pick<FakeClusterOptions, 'attach' | 'watch' | 'log' | 'requests'>
  readonly startsAfterMs: number
  readonly rerun: boolean
  readonly interruptedAfterMs: number | undefined
}

export function inputOf({ inputBytes }: Behaviour): Buffer {
  return Buffer.alloc(inputBytes, 'a: b\n')
}

/** What the function prints, however it comes to the caller. */
export function outputOf(behaviour: Behaviour): Buffer {
  return listFor(behaviour.early ? Buffer.alloc(0) : inputOf(behaviour), behaviour)
}

function listFor(input: Buffer, { items }: Behaviour): Buffer {
  const digest = createHash('sha256').update(input).digest('hex')
  const lines = Array.from(
    { length: items },
    (_, index) => `- {kind: ConfigMap, metadata: {name: n${index}}}\n`,
  )
  const head = `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: {digest: ${digest}}\nitems:\n`
  return Buffer.from(head + lines.join(''))
}

export function podsOf({ behaviour, startsAfterMs }: World): PodScript {
  const program: FakeFunction = async ({ stdin, stdout, stderr }) => {
    if (behaviour.banner) await stderr('starting\n')
    const input = behaviour.early ? Buffer.alloc(0) : await readAll(stdin)
    await printAll(stdout, listFor(input, behaviour))
    return behaviour.exit
  }
  return async (pod) => {
    await pod.prepare()
    await sleep(startsAfterMs)
    await pod.run(program)
  }
}

const often = fc.boolean
const sizes = fc.nat(200_000)
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined })

const attachFaults: fc.Arbitrary<AttachFaults> = fc.oneof(
  fc.constant({}),
  ...(['cutAfterBytes', 'upstreamCutAfterBytes', 'cutAfterStdinBytes', 'silentAfterBytes'] as const).map(
    (key) => sizes.map((bytes): AttachFaults => ({ [key]: bytes })),
  ),
  ...(['cutBeforeStatus', 'statusFirst', 'staysOpen'] as const).map((key) =>
    fc.constant<AttachFaults>({ [key]: true }),
  ),
)

const attach: fc.Arbitrary<AttachFaults> = fc
  .record({
    faults: attachFaults,
    version: fc.constantFrom('direct', 'translated', 'v4'),
    answerMs: fc.nat(60),
    times: fc.constantFrom(1, 1, 2, 99),
  })
  .map(({ faults, ...who }) => ({ ...who, ...faults }))

const watch: fc.Arbitrary<WatchFaults> = fc.oneof(
  fc.constantFrom({ copies: 2 }, { lagMs: 80 }, { cutAfter: { events: 2, times: 2 }, expired: 2 }),
  fc.record({ cutAfter: fc.record({ events: fc.nat(6), times: fc.constant(3) }) }),
  fc.record({ silentAfter: fc.nat(8) }),
)

const deeds: fc.Arbitrary<Deed> = fc.constantFrom<Deed>(
  refuse(429, 'TooManyRequests', 'slow down'),
  refuse(500, 'InternalError', 'etcdserver: leader changed'),
  refuse(403, 'Forbidden', 'no'),
  { kind: 'reset' },
  { kind: 'resetAfter' },
  { kind: 'delay', ms: 200 },
  { kind: 'hang' },
)

const ACTIONS = [
  'create pods',
  'watch pods',
  'get pods',
  'get pods/attach',
  'get pods/log',
  'patch pods/resize',
  'create secrets',
]

const intervention: fc.Arbitrary<Intervention> = fc.record({
  on: fc.constantFrom(
    ...ACTIONS,
    'list networkpolicies',
    'create networkpolicies',
    'delete secrets',
    'list events',
  ),
  after: fc.nat(1),
  times: fc.constantFrom(1, 1, 2, 99),
  does: deeds,
})

export const worlds: fc.Arbitrary<World> = fc
  .record({
    behaviour: fc.record({
      inputBytes: fc.constantFrom(10, 3000, 150_000),
      items: fc.constantFrom(1, 500, 30_000),
      early: fc.constantFrom(false, false, true),
      banner: often(),
      exit: fc.constantFrom(0, 0, 0, 3),
    }),
    attach,
    watch: optional(watch),
    lag: optional(fc.record({ ms: fc.constant(60), bytes: fc.nat(300) })),
    requests: fc.array(intervention, { maxLength: 2 }),
    startsAfterMs: fc.constantFrom(0, 0, 150),
    rerun: often(),
    interruptedAfterMs: fc.option(fc.nat(600), { nil: undefined, freq: 6 }),
  })
  .map(({ attach, watch, lag, requests, ...rest }) => ({
    ...rest,
    cluster: { attach, requests, ...(watch && { watch }), ...(lag && { log: { lag } }) },
  }))
