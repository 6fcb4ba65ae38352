import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AttachFaults } from '../doubles/fake-cluster/attach-faults.ts'
import type { FakeFunction } from '../doubles/fake-cluster/container.ts'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { printAll, readAll } from '../doubles/fake-cluster/programs.ts'
import { fakeCluster } from '../doubles/fake-cluster.ts'
import { runOn } from '../doubles/run-on.ts'
import { expectNothingLeft } from './checks.ts'

/** A transformer: its output depends on every byte of its input, and is a ResourceList however much it was given. */
const transform: FakeFunction = async ({ stdin, stdout }) => {
  await printAll(stdout, listFor(await readAll(stdin)))
  return 0
}

function listFor(input: Buffer): Buffer {
  const digest = createHash('sha256').update(input).digest('hex')
  const items = Array.from(
    { length: 3000 },
    (_, index) => `- {kind: ConfigMap, metadata: {name: item-${index}}}\n`,
  )
  return Buffer.from(
    `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: {digest: ${digest}}\nitems:\n${items.join('')}`,
  )
}

const INPUT = Buffer.alloc(150_000, 'a: b\n')
const OUTPUT = listFor(INPUT)
const OUTPUT_CUTS = [0, 1, 40_000, OUTPUT.length - 1]
const INPUT_CUTS = [0, 1, 70_000, INPUT.length - 1]

/** At every place, once and always. */
function everywhere(key: keyof AttachFaults, cuts: readonly number[]): readonly [string, AttachFaults][] {
  return cuts.flatMap((cut) => [
    [`${key} ${cut}, once`, { [key]: cut, times: 1 }],
    [`${key} ${cut}, always`, { [key]: cut }],
  ])
}

const FAULTS: readonly [string, AttachFaults][] = [
  ['none', {}],
  ...everywhere('cutAfterBytes', OUTPUT_CUTS),
  ...everywhere('upstreamCutAfterBytes', OUTPUT_CUTS),
  ...everywhere('cutAfterStdinBytes', INPUT_CUTS),
  ['cutBeforeStatus', { cutBeforeStatus: true }],
  ['cutBeforeStatus, once', { cutBeforeStatus: true, times: 1 }],
  ['statusFirst', { statusFirst: true }],
  ['staysOpen', { staysOpen: true }],
]

// Only where somebody answers for the node can stdin be lost behind a friendly status.
const TRANSLATED: readonly [string, AttachFaults][] = everywhere('upstreamCutAfterStdinBytes', INPUT_CUTS)

describe.each(['direct', 'translated', 'v4'] as const)(
  'exit 0 means all of stdout, over %s attach',
  (version) => {
    test.concurrent.each(version === 'translated' ? [...FAULTS, ...TRANSLATED] : FAULTS)(
      '%s',
      async (_what, faults) => {
        await using cluster = await fakeCluster({ pods: runs(transform), attach: { version, ...faults } })
        const outcome = await runOn(cluster, { stdin: INPUT })
        const printed =
          outcome.stdout.length === 0 ? 'nothing' : outcome.stdout.equals(OUTPUT) ? 'all' : 'something else'
        expect({ end: outcome.end, printed }).toEqual(
          outcome.error ? { end: outcome.error.code, printed: 'nothing' } : { end: 'exit 0', printed: 'all' },
        )
        expectNothingLeft(cluster)
      },
    )
  },
)
