import type { RunHost } from '../../src/run/host.ts'
import type { AttachFaults } from '../doubles/fake-cluster/attach-faults.ts'
import { runs } from '../doubles/fake-cluster/pod-on-node.ts'
import { noise } from '../doubles/fake-cluster/probe.ts'
import { type FakeCluster, fakeCluster } from '../doubles/fake-cluster.ts'
import { type Outcome, runOn } from '../doubles/run-on.ts'
import { file, folder } from '../mounts/support/tree-on-disk.ts'
import { Mounting, memberBoundaries } from './mounting.ts'

const SEED = 39

/** Numbers below `limit`, the same ones each time. */
export function randomPlaces(count: number, limit: number): readonly number[] {
  let state = SEED
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state % limit
  })
}

/** Times of the files are the archive's, so its bytes differ between runs; its places do not. */
const ARCHIVE = using(new Mounting(), (mounting) => mounting.archive())
export const ARCHIVE_BYTES: number = ARCHIVE.length
/** Where members of what `broken` sends begin, and where it ends. */
export const BOUNDARIES: readonly number[] = memberBoundaries(ARCHIVE)

/** A receiver has ended well, and its client is not told all of that. */
export const BROKEN_ENDS: readonly (readonly [string, AttachFaults])[] = [
  ['no status', { cutBeforeStatus: true }],
  ['no close', { staysOpen: true }],
  ['neither', { says: 'nothing' }],
]

function using<T extends Disposable, R>(resource: T, use: (resource: T) => R): R {
  try {
    return use(resource)
  } finally {
    resource[Symbol.dispose]()
  }
}

interface Broken extends AsyncDisposable {
  readonly mounting: Mounting
  readonly cluster: FakeCluster
  readonly outcome: Outcome
}

type Upload = Pick<RunHost, 'stallMs' | 'spdyFromBytes'> & { readonly rerun?: boolean }

/** One run whose receiver's streams go wrong while the archive is sent as it is. */
export async function broken(attach: AttachFaults, host: Upload = {}): Promise<Broken> {
  return run(new Mounting(), attach, { ...host, packUploads: false })
}

/** So much of a packed archive is sent at least, whatever the times of its files are. */
export const PACKED_BYTES = 20_000

/** The same, of a tree that is packed. */
export async function brokenPacked(attach: AttachFaults, host: Upload = {}): Promise<Broken> {
  const tree = folder({ 'values.yaml': file('replicas: 3\n'), 'x.tgz': file(noise(PACKED_BYTES)) })
  return run(new Mounting(tree), attach, host)
}

async function run(mounting: Mounting, attach: AttachFaults, host: Partial<RunHost>): Promise<Broken> {
  const cluster = await fakeCluster({
    pods: runs(mounting.lists),
    attach: { container: 'mounts', ...attach },
  })
  const outcome = await runOn(cluster, { stdin: 'x', request: { mounts: mounting.mounts }, host })
  return {
    mounting,
    cluster,
    outcome,
    [Symbol.asyncDispose]: async () => {
      await cluster[Symbol.asyncDispose]()
      mounting[Symbol.dispose]()
    },
  }
}
