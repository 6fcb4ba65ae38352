import type { Deed } from './deed.ts'

/** One planned deed: to requests of one kind, or to streams that were opened. */
export interface Strike {
  /**
   * In the words of RBAC: `create pods`. `stream`: an attach, or exec, of the function that got through; `upload`: one of the
   * container that takes mounted files.
   */
  readonly on: string
  /** So many of them pass before it. */
  readonly after: number
  readonly times: number
  readonly deed: Deed
}

/** A strike that may hit what is at hand. */
export interface Due<D extends Deed = Deed> {
  readonly deed: D
  /** To be asked at the very moment of the deed: false when it has been done often enough. */
  readonly take: () => boolean
}

/** What is still to be done, and what was: a deed counts when it took effect, not when it was meant to. */
export class Strikes {
  readonly #all: readonly Strike[]
  readonly #seen = new Map<Strike, number>()
  readonly #struck = new Map<Strike, number>()

  constructor(all: readonly Strike[]) {
    this.#all = all
  }

  /** All that is due to the next request, or stream, of this kind. */
  due(on: string): readonly Due[] {
    return this.#all
      .filter((strike) => strike.on === on && this.#isDue(strike))
      .map((strike) => ({ deed: strike.deed, take: () => this.#take(strike) }))
  }

  struck(strike: Strike): number {
    return this.#struck.get(strike) ?? 0
  }

  #isDue(strike: Strike): boolean {
    const seen = this.#seen.get(strike) ?? 0
    this.#seen.set(strike, seen + 1)
    return seen >= strike.after && this.struck(strike) < strike.times
  }

  #take(strike: Strike): boolean {
    const struck = this.struck(strike)
    if (struck >= strike.times) return false
    this.#struck.set(strike, struck + 1)
    return true
  }
}

/** The due deeds of these kinds. */
export function ofKind<K extends Deed['kind']>(
  dues: readonly Due[],
  ...kinds: readonly K[]
): readonly Due<Extract<Deed, { kind: K }>>[] {
  return dues.filter((due): due is Due<Extract<Deed, { kind: K }>> => kinds.includes(due.deed.kind as K))
}
