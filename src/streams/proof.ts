import { setTimeout as sleep } from 'node:timers/promises'
import {
  isMerge,
  isMergeOfHeads,
  isMergeOfTails,
  lengthWithCarriageReturns,
  withoutCarriageReturns,
} from './merge.ts'
import { repeatsItself } from './repetition.ts'

/**
 * When is output whole? The end of a stream proves nothing: a connection cut between servers can end with a friendly
 * status. So the container's log, which kubelet writes on the node beside the stream, is asked after the container
 * has ended, and it must hold nothing that the stream lacks, at either end:
 *
 * - up to 1 MiB: the whole log is exactly a merge of what arrived of stdout and stderr;
 * - more: the log's head is a merge of both beginnings, and its tail (64 KiB and more) of both ends. In between,
 *   nothing can be missing: one TCP connection loses its beginning or its end, never its middle. Output that repeats
 *   itself at either end would match there all the same, so it is compared as a whole, if it is less than 10 MiB.
 *
 * Limits: the log drops a CR before a LF; kubelet rotates it at 10 MiB, and a head that was rotated away before it
 * was read proves nothing; without the right to read pods/log there is no proof. In all these cases the answer is
 * `unproven`, never a guess.
 */
export type Proof =
  /** `before`: what the log holds ahead of everything attach delivered. */
  | { readonly kind: 'whole'; readonly before: Buffer }
  | { readonly kind: 'unproven'; readonly problem: string }

/** The log of a container that has ended. */
export interface ContainerLog {
  /** At most `maxBytes` from its start. */
  head(maxBytes: number): Promise<Buffer>
  /** kubelet counts a line for every 16 KiB of a long line. */
  tail(lines: number): Promise<Buffer>
}

/** A stream whose ends can be looked at. */
interface Kept {
  readonly bytes: number
  slice(start: number, end?: number): Buffer
}

interface Arrived {
  readonly stdout: Kept
  readonly stderr: Kept
  readonly log: ContainerLog
  /** The log's beginning, read when the first output arrived, before it could be rotated away. */
  readonly earlyHead: Promise<Buffer | undefined>
}

const WHOLE_LOG_BYTES = 1024 * 1024
const ROTATION_BYTES = 10 * 1024 * 1024
const TAIL_BYTES = 64 * 1024
/** Less is left when the log was rotated just before the container's end. */
const MIN_TAIL_BYTES = 4 * 1024
export const HEAD_BYTES: number = 64 * 1024
const LINE_BYTES = 16 * 1024
// The runtime may still be writing the last lines when kubelet has already seen the container's end.
const PAUSES_MS = [0, 30, 100, 300, 1000]
/** A log that has been the same for so long has come to rest. Only where it alone tells: nearly no run waits for it. */
const REST_MS = 500

export async function prove(arrived: Arrived): Promise<Proof> {
  const check = arrived.stdout.bytes + arrived.stderr.bytes <= WHOLE_LOG_BYTES ? proveWhole : proveEnds
  let proof: Proof = { kind: 'unproven', problem: 'the container log was not read' }
  for (const pauseMs of PAUSES_MS) {
    if (pauseMs > 0) await sleep(pauseMs)
    proof = await check(arrived)
    if (proof.kind === 'whole' && (await isSettled(proof.before, () => check(arrived), arrived))) return proof
  }
  return proof.kind === 'whole' ? unproven('the container log still grows') : proof
}

/** Where the log alone tells what there was, and does not only confirm it, it has to have come to rest. */
async function isSettled(
  before: Buffer,
  again: () => Promise<Proof>,
  { stdout, stderr }: Arrived,
): Promise<boolean> {
  if (before.length === 0 && stdout.bytes + stderr.bytes > 0) return true
  await sleep(REST_MS)
  const later = await again()
  return later.kind === 'whole' && later.before.equals(before)
}

async function proveWhole({ stdout, stderr, log }: Arrived): Promise<Proof> {
  const read = await log.head(ROTATION_BYTES)
  if (read.length >= ROTATION_BYTES) {
    return unproven(
      `the container log is larger than ${ROTATION_BYTES} bytes, but only ${stdout.bytes} of stdout arrived`,
    )
  }
  const seen = {
    log: withoutCarriageReturns(read),
    stdout: withoutCarriageReturns(stdout.slice(0)),
    stderr: withoutCarriageReturns(stderr.slice(0)),
  }
  const ahead = seen.log.length - seen.stdout.length - seen.stderr.length
  if (ahead < 0) return unproven(`the container log is ${-ahead} bytes shorter than what arrived`)
  if (isMerge({ ...seen, log: seen.log.subarray(ahead) }))
    return { kind: 'whole', before: read.subarray(0, lengthWithCarriageReturns(read, ahead)) }
  return unproven(
    ahead > 0
      ? `the container log holds ${ahead} bytes that did not arrive`
      : 'the container log differs from what arrived',
  )
}

async function proveEnds(arrived: Arrived): Promise<Proof> {
  const { stdout, stderr, log, earlyHead } = arrived
  const tail = withoutCarriageReturns(await log.tail(linesInTail(stdout) + linesInTail(stderr) + 1))
  const reach = -2 * tail.length
  const ends = {
    stdout: withoutCarriageReturns(stdout.slice(reach)),
    stderr: withoutCarriageReturns(stderr.slice(reach)),
  }
  if (tail.length < MIN_TAIL_BYTES)
    return unproven(`too little of the container log is left to compare its end: ${tail.length} bytes`)
  if (!isMergeOfTails({ log: tail, ...ends })) {
    return unproven('the end of the container log differs from the end of what arrived')
  }
  const early = await earlyHead
  const head = withoutCarriageReturns(early?.length === HEAD_BYTES ? early : await log.head(HEAD_BYTES))
  const starts = {
    stdout: withoutCarriageReturns(stdout.slice(0, 2 * HEAD_BYTES)),
    stderr: withoutCarriageReturns(stderr.slice(0, 2 * HEAD_BYTES)),
  }
  // A head that was cut after a CR cannot tell whether a LF came next.
  const usable = head.at(-1) === 13 ? head.subarray(0, -1) : head
  if (usable.length === 0 || !isMergeOfHeads({ log: usable, ...starts })) {
    return unproven('the beginning of the container log differs from the beginning of what arrived')
  }
  if (!repeatsItself(head) && !repeatsItself(tail)) return { kind: 'whole', before: Buffer.alloc(0) }
  if (stdout.bytes + stderr.bytes < ROTATION_BYTES) return proveWhole(arrived)
  return unproven('it repeats itself, so that a piece could be missing unseen')
}

function linesInTail(spool: Kept): number {
  const tail = spool.slice(-TAIL_BYTES)
  let lines = 0
  let start = 0
  while (start < tail.length) {
    const end = tail.indexOf(10, start)
    const next = end < 0 ? tail.length : end + 1
    lines += Math.ceil((next - start) / LINE_BYTES)
    start = next
  }
  return lines
}

function unproven(problem: string): Proof {
  return { kind: 'unproven', problem }
}
