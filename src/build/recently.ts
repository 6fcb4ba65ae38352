import { elapsedMs } from '../cluster/elapsed.ts'

/** What `ask` gave, for all who ask within `ms`. */
export function recently<T>(ask: () => T, ms: number): () => T {
  let last: { readonly given: T; readonly at: number } | undefined
  return () => {
    const now = elapsedMs()
    if (!last || now - last.at > ms) last = { given: ask(), at: now }
    return last.given
  }
}
