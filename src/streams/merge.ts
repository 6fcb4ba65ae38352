/**
 * The container log is a merge of stdout and stderr: the order within each is kept, the order between them is not,
 * and nothing in it says which is which (k8s-streaming: pods/log). These answer whether a log can be such a merge.
 */
interface Merge {
  readonly log: Uint8Array
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
}

// Steps after which a log whose two streams look alike is judged by its bytes' counts instead of their order.
const MAX_STEPS = 20_000_000

/** All of both streams, and nothing else, is in the log. */
export function isMerge({ log, stdout, stderr }: Merge): boolean {
  if (log.length !== stdout.length + stderr.length) return false
  if (stderr.length === 0) return Buffer.compare(log, stdout) === 0
  if (stdout.length === 0) return Buffer.compare(log, stderr) === 0
  return walk({ log, stdout, stderr }) ?? sameCounts({ log, stdout, stderr })
}

/** The log is a merge of a beginning of each stream. */
export function isMergeOfHeads({ log, stdout, stderr }: Merge): boolean {
  if (stderr.length === 0) return log.length <= stdout.length && startsWith(stdout, log)
  return walk({ log, stdout, stderr }) ?? false
}

/** The log is a merge of an end of each stream. */
export function isMergeOfTails({ log, stdout, stderr }: Merge): boolean {
  if (stderr.length === 0) return log.length <= stdout.length && endsWith(stdout, log)
  return walk({ log: reversed(log), stdout: reversed(stdout), stderr: reversed(stderr) }) ?? false
}

/**
 * Follows every way at once in which the log's bytes can have come from the two streams: the set holds how far
 * stdout may have been read. Undefined: too many ways to follow.
 */
function walk({ log, stdout, stderr }: Merge): boolean | undefined {
  let positions: readonly number[] = [0]
  let steps = 0
  for (const [at, byte] of log.entries()) {
    const next: number[] = []
    for (const position of positions) {
      // Positions are in ascending order, so only the last one can be a repetition.
      if (stderr[at - position] === byte && next.at(-1) !== position) next.push(position)
      if (stdout[position] === byte) next.push(position + 1)
    }
    if (next.length === 0) return false
    steps += next.length
    if (steps > MAX_STEPS) return undefined
    positions = next
  }
  return true
}

function sameCounts({ log, stdout, stderr }: Merge): boolean {
  const counts = new Int32Array(256)
  for (const byte of log) counts[byte] = (counts[byte] ?? 0) + 1
  for (const byte of stdout) counts[byte] = (counts[byte] ?? 0) - 1
  for (const byte of stderr) counts[byte] = (counts[byte] ?? 0) - 1
  return counts.every((count) => count === 0)
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, head.length), head) === 0
}

function endsWith(bytes: Uint8Array, tail: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(bytes.length - tail.length), tail) === 0
}

function reversed(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes).reverse()
}

/**
 * Container logs keep lines: one CR before a LF is lost in containerd (cri/io/logger.go), none in CRI-O. So both sides
 * are compared without any CR that stands before a LF.
 */
export function withoutCarriageReturns(bytes: Buffer): Buffer {
  if (!bytes.includes('\r\n')) return bytes
  return Buffer.from(bytes.toString('latin1').replaceAll(/\r+\n/g, '\n'), 'latin1')
}

/** How many of the bytes make `length` bytes once their carriage returns are gone. */
export function lengthWithCarriageReturns(bytes: Buffer, length: number): number {
  let at = 0
  for (let kept = 0; kept < length; at += 1) {
    let next = at
    while (bytes[next] === 13) next += 1
    if (bytes[at] !== 13 || bytes[next] !== 10) kept += 1
  }
  return at
}
