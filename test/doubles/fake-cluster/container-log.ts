/** What can be wrong with a container's log. */
export interface LogFaults {
  /** The log lacks its last bytes until so long after somebody has first asked for it behind the container's end. */
  readonly lag?: { readonly ms: number; readonly bytes: number }
  /** The file is started anew once it is larger than this; `pods/log` knows only the new one. */
  readonly rotateAfterBytes?: number
  /**
   * kubelet's error in place of the log: it has begun its answer before it looks for the log, so this comes with
   * HTTP 200 (kubernetes/kubernetes#140154).
   */
  readonly says?: string
  /** Told when somebody read less than there was, or when a part was lost. */
  readonly onStruck?: () => void
}

type Stream = 'stdout' | 'stderr'

const ENTRY_BYTES = 16 * 1024

/**
 * The log of one container, as containerd writes it and kubelet reads it: both streams in one, line by line, each line
 * in entries of at most 16 KiB; a CR before a LF is lost; a line without an end is written when its stream ends.
 */
export class ContainerLog {
  #entries: Buffer[] = []
  #bytes = 0
  #hasEnded = false
  /** When it was first read since then. */
  #askedAt: number | undefined
  readonly #partial = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  readonly #faults: LogFaults

  constructor(faults: LogFaults) {
    this.#faults = faults
  }

  write(stream: Stream, data: Buffer): void {
    let rest = Buffer.concat([this.#partial[stream], data])
    for (;;) {
      const newline = rest.subarray(0, ENTRY_BYTES).indexOf(10)
      if (newline < 0 && rest.length < ENTRY_BYTES) break
      const length = newline < 0 ? wholePiece(rest) : newline + 1
      this.#append(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
    this.#partial[stream] = rest
  }

  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#partial[stream].length > 0) this.#append(this.#partial[stream])
      this.#partial[stream] = Buffer.alloc(0)
    }
    this.#hasEnded = true
  }

  read({ limitBytes, tailLines }: { limitBytes?: number; tailLines?: number }): Buffer {
    if (this.#faults.says !== undefined) return Buffer.from(this.#faults.says)
    const { ms = 0, bytes = 0 } = this.#faults.lag ?? {}
    if (this.#hasEnded) this.#askedAt ??= performance.now()
    const lag = performance.now() - (this.#askedAt ?? Infinity) < ms ? bytes : 0
    if (lag > 0) this.#faults.onStruck?.()
    const entries = tailLines === undefined ? this.#entries : this.#entries.slice(-tailLines)
    const text = Buffer.concat(entries)
    return text.subarray(0, Math.max(0, Math.min(text.length - lag, limitBytes ?? text.length)))
  }

  #append(entry: Buffer): void {
    const kept =
      entry.at(-1) === 10 && entry.at(-2) === 13
        ? Buffer.concat([entry.subarray(0, -2), LF])
        : Buffer.from(entry)
    if (this.#bytes > (this.#faults.rotateAfterBytes ?? Number.POSITIVE_INFINITY)) {
      this.#entries = []
      this.#bytes = 0
      this.#faults.onStruck?.()
    }
    this.#entries.push(kept)
    this.#bytes += kept.length
  }
}

const LF = Buffer.from('\n')

/** A CR at the end of a piece waits for the byte after it. */
function wholePiece(rest: Buffer): number {
  return rest[ENTRY_BYTES - 1] === 13 ? ENTRY_BYTES - 1 : ENTRY_BYTES
}
