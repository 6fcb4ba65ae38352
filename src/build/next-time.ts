type Work = () => Promise<void>

/** What a build's runs would leave for the next one: put off until no run of this one has to share the nodes with it. */
export class NextTime {
  readonly #work = new Map<string, Work[]>()

  /** Work of one key is done in turn: the second sees what the first one did. It must not reject. */
  readonly add = (key: string, work: Work): void => {
    this.#work.set(key, [...(this.#work.get(key) ?? []), work])
  }

  /** Resolves when all of it is done. */
  async prepare(): Promise<void> {
    await Promise.all([...this.#work.values()].map(inTurn))
    this.#work.clear()
  }
}

async function inTurn(all: readonly Work[]): Promise<void> {
  for (const work of all) await work()
}
