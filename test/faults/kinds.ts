import fc from 'fast-check'
import type { AttachFaults } from '../doubles/fake-cluster/attach-faults.ts'
import type { LogFaults } from '../doubles/fake-cluster/container-log.ts'
import type { WatchFaults } from '../doubles/fake-cluster/watch-endpoint.ts'
import type { CutBy, Deed } from './proxy/deed.ts'
import type { Strike } from './proxy/strikes.ts'
import type { Shape } from './shapes.ts'

/** What a fault is, whoever commits it. */
export type Fault =
  /** The proxy, on the way. */
  | { readonly by: 'proxy'; readonly strike: Strike }
  /** The fake API server itself. */
  | {
      readonly by: 'server'
      readonly attach?: AttachFaults
      readonly log?: LogFaults
      readonly watch?: WatchFaults
      /** The proxy sees it happen. */
      readonly sight?: Strike
    }
  /** Whoever called krmpod. */
  | { readonly by: 'caller'; readonly interruptsAfterMs: number }

/** A row of the laboratory's table. */
export interface Kind {
  readonly name: string
  /** `fake`: what a real API server will not do. */
  readonly against: 'both' | 'fake'
  /** Faults that cannot be in one world with it: nobody loses a node behind an API server that only passes bytes on. */
  readonly excludes?: readonly string[]
  /** The function must have files mounted. */
  readonly needs?: 'tree'
  /** It is of the end of a stream, which another fault of the same run often prevents. */
  readonly needsEnd?: true
  /** Where, when and how often, for a run of this function. */
  readonly plan: (shape: Shape) => fc.Arbitrary<Fault>
}

const ATTACH = 'get pods/attach'
/** Requests of every run, and how often they are chosen. */
const REQUESTS = weighted({
  'create pods': 3,
  'watch pods': 3,
  'get pods/log': 3,
  'list networkpolicies': 1,
  'delete pods': 1,
  'patch pods/resize': 1,
  'create secrets': 1,
})
const ANY_REQUEST = fc.oneof(
  { weight: 2, arbitrary: REQUESTS },
  { weight: 1, arbitrary: fc.constant(ATTACH) },
)
/** Trouble that passes, mostly; sometimes it stays. */
const TIMES = weighted({ 1: 6, 2: 3, 3: 2, 99: 1 }).map(Number)
/** What a stream has besides the function's bytes: frames' heads, its first and its last messages. */
const FRAMING_BYTES = 60

function weighted(weights: Readonly<Record<string, number>>): fc.Arbitrary<string> {
  return fc.constantFrom(
    ...Object.entries(weights).flatMap(([name, weight]) => Array<string>(weight).fill(name)),
  )
}

function proxied(on: fc.Arbitrary<string>, deed: fc.Arbitrary<Deed>, times = TIMES): fc.Arbitrary<Fault> {
  return (
    fc
      .record({ on, deed, times, later: fc.constantFrom(0, 0, 0, 1) })
      // Only attach is asked for again whatever happens.
      .map(({ later, ...strike }) => ({
        by: 'proxy',
        strike: { ...strike, after: strike.on === ATTACH ? later : 0 },
      }))
  )
}

/** What goes each way on one kind of connection, in bytes. */
interface Stream {
  readonly on: 'stream' | 'upload'
  readonly sent: number
  readonly answered: number
}

/** The function's own stream; where it has files mounted, more often that which brings them. */
function streamsOf({ input, stdout, stderr, tree }: Shape): fc.Arbitrary<Stream> {
  const own: Stream = { on: 'stream', sent: input.length, answered: stdout.length + stderr.length }
  const upload: Stream[] = tree ? [{ on: 'upload', sent: tree.bytes, answered: 0 }] : []
  return fc.constantFrom(own, ...upload, ...upload)
}

function onStream(
  streams: fc.Arbitrary<Stream>,
  deed: (stream: Stream) => fc.Arbitrary<Deed>,
): fc.Arbitrary<Fault> {
  return streams.chain((stream) => proxied(fc.constant(stream.on), deed(stream), fc.constantFrom(1, 1, 2)))
}

/** Deeds that need output on the way. */
function onOutput(deed: fc.Arbitrary<Deed>): fc.Arbitrary<Fault> {
  return proxied(fc.constant('stream'), deed, fc.constantFrom(1, 1, 2))
}

/** Somewhere in the bytes of a stream: often at its very ends, where the last words are. */
function place(bytes: number): fc.Arbitrary<number> {
  const all = bytes + FRAMING_BYTES
  return fc.oneof(
    fc.nat(all),
    fc.nat(12),
    fc.nat(FRAMING_BYTES + 20).map((back) => Math.max(0, all - back)),
  )
}

/** Of the function's own stdin often its middle, where callers make a pause (plan.ts). */
function inStdin(on: Stream['on'], sent: number): fc.Arbitrary<number> {
  const anywhere = fc.nat(sent - 1)
  return on === 'upload' ? anywhere : fc.oneof(anywhere, fc.constant(Math.floor(sent / 2)))
}

/** A stream at byte N, either way; an answer or a watch at byte N; or a request that is not even passed on. */
function cut(by: CutBy, shape: Shape): fc.Arbitrary<Fault> {
  const inside = ({ sent, answered, on }: Stream): fc.Arbitrary<Deed> =>
    fc.oneof(
      {
        weight: on === 'upload' ? 1 : 4,
        arbitrary: place(answered).map((at): Deed => ({ kind: 'cut', by, side: 'answer', at })),
      },
      {
        weight: 2,
        arbitrary: place(sent).map((at): Deed => ({ kind: 'cut', by, side: 'sent', at })),
      },
    )
  const answers = fc.nat(12_000).map((at): Deed => ({ kind: 'cut', by, side: 'answer', at }))
  return fc.oneof(
    { weight: 3, arbitrary: onStream(streamsOf(shape), inside) },
    { weight: 2, arbitrary: proxied(REQUESTS, answers) },
    { weight: 1, arbitrary: proxied(ANY_REQUEST, fc.constant({ kind: 'cutRequest', by })) },
  )
}

function server(fault: fc.Arbitrary<Omit<Extract<Fault, { by: 'server' }>, 'by'>>): fc.Arbitrary<Fault> {
  return fault.map((rest): Fault => ({ by: 'server', ...rest }))
}

const always = <T>(value: T): fc.Arbitrary<T> => fc.constant(value)
const refusal = (code: 429 | 500 | 503) => () => proxied(ANY_REQUEST, always({ kind: 'refuse', code }))

const swallow = (what: 'status' | 'close' | 'pong') => (shape: Shape) =>
  onStream(streamsOf(shape), () => always({ kind: 'swallow', what }))

/** Everything that can go wrong between krmpod and a function, on purpose. */
export const KINDS: readonly Kind[] = [
  { name: 'cut at byte N', against: 'both', plan: (shape) => cut('close', shape) },
  { name: 'reset', against: 'both', plan: (shape) => cut('reset', shape) },
  { name: 'half-close', against: 'both', plan: (shape) => cut('halfClose', shape) },
  { name: 'stall', against: 'both', plan: (shape) => cut('stall', shape) },
  {
    name: 'delay',
    against: 'both',
    plan: () =>
      proxied(
        ANY_REQUEST,
        fc.integer({ min: 20, max: 1_500 }).map((ms): Deed => ({ kind: 'delay', ms })),
      ),
  },
  { name: '429', against: 'both', plan: refusal(429) },
  { name: '500', against: 'both', plan: refusal(500) },
  { name: '503', against: 'both', plan: refusal(503) },
  {
    name: 'answer lost',
    against: 'both',
    plan: (shape) => {
      const lost = fc.constantFrom('reset', 'reset', 'gateway', 'gateway', 'stall')
      const deed = lost.map((by): Deed => ({ kind: 'loseAnswer', by: by }))
      return fc.oneof(
        onStream(streamsOf(shape), () => deed),
        proxied(REQUESTS, deed),
      )
    },
  },
  {
    name: 'idle drop',
    against: 'both',
    plan: (shape) => {
      const quiet = fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 250, max: 900 }))
      const deed = quiet.map((quietMs): Deed => ({ kind: 'dropIdle', quietMs }))
      return fc.oneof(
        onStream(streamsOf(shape), () => deed),
        proxied(REQUESTS, deed),
      )
    },
  },
  { name: 'no status', against: 'both', needsEnd: true, plan: swallow('status') },
  { name: 'no close', against: 'both', needsEnd: true, plan: swallow('close') },
  { name: 'no pong', against: 'both', plan: swallow('pong') },
  {
    name: 'close code',
    against: 'both',
    needsEnd: true,
    plan: (shape) =>
      onStream(streamsOf(shape), () =>
        fc.constantFrom<1006 | 1011>(1006, 1011).map((code): Deed => ({ kind: 'closeCode', code })),
      ),
  },
  {
    name: 'status before data',
    against: 'both',
    needsEnd: true,
    plan: () => onOutput(always({ kind: 'statusFirst' })),
  },
  {
    name: 'frames split and joined',
    against: 'both',
    plan: () => onOutput(fc.nat().map((seed): Deed => ({ kind: 'reframe', seed }))),
  },
  {
    name: 'Success too early',
    against: 'both',
    needsEnd: true,
    plan: ({ stdout, stderr }) =>
      onOutput(
        fc
          .nat(Math.max(0, stdout.length + stderr.length - 1))
          .map((bytes): Deed => ({ kind: 'earlySuccess', bytes })),
      ),
  },
  {
    name: 'byte changed',
    against: 'both',
    needs: 'tree',
    plan: ({ tree }) =>
      proxied(
        always('upload'),
        fc.nat(tree?.bytes ?? 0).map((at): Deed => ({ kind: 'change', at })),
        fc.constantFrom(1, 1, 2),
      ),
  },
  {
    name: 'v4 only',
    against: 'both',
    excludes: ['false open', 'node lost at output', 'node lost at input'],
    plan: () =>
      always({ by: 'proxy', strike: { on: ATTACH, after: 0, times: Infinity, deed: { kind: 'v4Only' } } }),
  },
  {
    name: 'interrupted',
    against: 'both',
    plan: () =>
      fc
        .oneof(fc.nat(400), fc.nat(3_000))
        .map((interruptsAfterMs): Fault => ({ by: 'caller', interruptsAfterMs })),
  },
  {
    name: 'false open',
    against: 'fake',
    plan: ({ tree }) =>
      server(
        fc.nat(60).map((answerMs) => ({
          attach: { version: 'translated', answerMs },
          sight: {
            on: tree ? 'upload' : 'stream',
            after: 0,
            times: Infinity,
            deed: { kind: 'seeFalseOpen' },
          },
        })),
      ),
  },
  {
    name: 'node lost at output',
    against: 'fake',
    plan: ({ stdout, stderr }) =>
      server(
        fc.nat(Math.max(0, stdout.length + stderr.length - 1)).map((upstreamCutAfterBytes) => ({
          attach: { version: 'translated', upstreamCutAfterBytes, times: 1 },
        })),
      ),
  },
  {
    name: 'node lost at input',
    against: 'fake',
    plan: (shape) =>
      streamsOf(shape).chain(({ on, sent }) =>
        server(
          inStdin(on, sent).map((upstreamCutAfterStdinBytes) => ({
            attach: {
              version: 'translated',
              upstreamCutAfterStdinBytes,
              times: 1,
              container: on === 'upload' ? 'mounts' : 'function',
            },
          })),
        ),
      ),
  },
  {
    name: 'log behind',
    against: 'fake',
    plan: () =>
      // krmpod takes a log that stays the same for 100 ms for complete (REST_MS in src/streams/proof.ts).
      server(
        fc
          .record({ ms: fc.nat(80), bytes: fc.integer({ min: 1, max: 300 }) })
          .map((lag) => ({ log: { lag } })),
      ),
  },
  {
    name: 'log rotated',
    against: 'fake',
    plan: ({ stdout }) =>
      server(fc.nat(stdout.length).map((bytes) => ({ log: { rotateAfterBytes: Math.max(100, bytes) } }))),
  },
  {
    name: 'watch expired',
    against: 'fake',
    plan: () =>
      server(
        fc
          .integer({ min: 1, max: 3 })
          .map((times) => ({ watch: { cutAfter: { events: 2, times }, expired: times } })),
      ),
  },
  {
    name: 'watch slow or twice',
    against: 'fake',
    plan: () =>
      server(fc.constantFrom<WatchFaults>({ lagMs: 80 }, { copies: 2 }).map((watch) => ({ watch }))),
  },
]
