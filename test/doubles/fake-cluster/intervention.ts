/** One thing that goes wrong with requests of one kind, so many times. */
export interface Intervention {
  /** In the words of RBAC: `create pods`, `get pods/attach`. */
  readonly on: string
  /** So many requests pass before it. By default none. */
  readonly after?: number
  /** By default every one. */
  readonly times?: number
  readonly does: Deed
}

export type Deed =
  | { readonly kind: 'refuse'; readonly code: number; readonly reason: string; readonly message: string }
  /** The connection is reset and nothing was done. */
  | { readonly kind: 'reset' }
  /** It is done, and the connection is reset in place of an answer. */
  | { readonly kind: 'resetAfter' }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  /** It is done so much later, whether or not the client still waits. */
  | { readonly kind: 'delay'; readonly ms: number }

/** Decides what becomes of each request, by counting them. */
export class Interventions {
  readonly #all: readonly Intervention[]
  readonly #seen = new Map<Intervention, number>()

  constructor(all: readonly Intervention[] = []) {
    this.#all = all
  }

  next(action: string): Deed | undefined {
    return this.#all.filter(({ on }) => on === action).find((intervention) => this.#isDue(intervention))?.does
  }

  #isDue(intervention: Intervention): boolean {
    const seen = this.#seen.get(intervention) ?? 0
    this.#seen.set(intervention, seen + 1)
    const { after = 0, times = Infinity } = intervention
    return seen >= after && seen < after + times
  }
}

export function refuse(code: number, reason: string, message: string): Deed {
  return { kind: 'refuse', code, reason, message }
}

/** RBAC's own words. */
export function forbid(action: string): Intervention {
  const [verb = '', resource = ''] = action.split(' ')
  const message = `${resource} is forbidden: User "system:serviceaccount:default:krmpod" cannot ${verb} resource "${resource}" in the namespace "default"`
  return { on: action, does: refuse(403, 'Forbidden', message) }
}
