const KEPT_BYTES = 2_048

/** The end of what a helper of ours says on stderr, for the reason that it gives. */
export class LastWords {
  #kept = Buffer.alloc(0)

  hear(data: Buffer): void {
    this.#kept = Buffer.concat([this.#kept, data]).subarray(-KEPT_BYTES)
  }

  /** Its last line. */
  text(): string {
    return this.#kept.toString('utf8').trim().split('\n').at(-1) ?? ''
  }
}
